/**
 * A sweep over a kind whose score is a formula, so that its choice is known. Each cell notes that it ran in `ran.txt`,
 * outside of the cache. `DELAYS` makes cells take different times, so that they end in another order.
 */
export function sweeping({ trials = 9, rule = 'halving', nets = ['a', 'b'] } = {}): Record<string, string> {
  return {
    'pipelines/sweep.yaml': `pipeline: sweep
params: {trials: ${trials}}
stages:
  student: {uses: score, matrix: {seed: [1, 2]}}
  final:
    uses: score
    with: {lr: "\${{ sweeps.tune.lr }}", net: "\${{ sweeps.tune.net }}", epochs: 9}
    matrix: {seed: [11, 12]}
  again:
    uses: score
    with: {lr: "\${{ sweeps.tune.lr }}", net: "\${{ sweeps.tune.net }}", epochs: 9}
    matrix: {seed: [1, 2]}
  next: {uses: double, needs: {score: sweeps.tune}}
sweeps:
  tune:
    stage: student
    space: {lr: {log: [0.01, 1]}, net: [${nets.join(', ')}]}
    trials: "\${{ params.trials }}"
    rungs: {epochs: [1, 3, 9], rule: ${rule}}
    maximise: student.score
tables:
  main: {value: final.score, rows: [final.lr, final.net], over: seed}
`,
    'stages/score.ts': `import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
export default {
  description: 'A score that is best at lr 0.2 and net a.',
  parameters: {
    type: 'object',
    properties: {
      lr: { type: 'number' }, net: { type: 'string' }, epochs: { type: 'integer' }, seed: { type: 'integer' },
    },
    required: ['lr', 'net', 'epochs', 'seed'],
  },
  inputs: {},
  output: 'score',
  values: { score: { description: 'The score.', part: 'validation' } },
  async run({ parameters: { lr, net, epochs, seed }, output, values, places }) {
    if (process.env.DELAYS) await wait((lr * 1e5 * seed * Number(process.env.DELAYS)) % 150);
    appendFileSync(join(places.project, 'ran.txt'), [lr, net, epochs, seed].join(' ') + '\\n');
    if (net === 'diverging') throw failure('diverged', 'The loss is NaN.');
    if (existsSync(join(places.project, 'no-memory')) && lr < 0.05) throw failure('own:no-memory', 'No memory.');
    const score = (net === 'a' ? 1 : 0.5) - Math.abs(lr - 0.2) + epochs / 100 + seed / 1000;
    writeFileSync(join(output, 'score.json'), JSON.stringify(score));
    values({ score });
  },
};
function failure(reason, message) {
  return Object.assign(new Error(message), { name: 'Failure', reason });
}
`,
    'stages/double.ts': `import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
export default {
  description: 'Twice a score.',
  parameters: { type: 'object', properties: {} },
  inputs: { score: { type: 'score', description: 'what to double' } },
  output: 'double',
  async run({ inputs, output, values }) {
    const double = 2 * JSON.parse(readFileSync(inputs.score.file('score.json'), 'utf8'));
    writeFileSync(join(output, 'double.json'), JSON.stringify(double));
    values({ double });
  },
};
`,
  };
}
