/**
 * A small pipeline whose cells note each execution in a file beside the project, outside of the cache: what ran how often
 * is seen from there, not from what the runner says.
 */
export const counting: Readonly<Record<string, string>> = {
  'pipelines/count.yaml': `pipeline: count
params: {factor: 2, seeds: [1, 2, 3]}
stages:
  data: {uses: numbers, with: {upto: 10}}
  sum:
    uses: sum
    needs: {data: data}
    matrix: {seed: "\${{ params.seeds }}"}
    with: {factor: "\${{ params.factor }}"}
  check:
    uses: check
    needs: {sum: sum}
    matrix: {how: [twice, once]}
tables:
  main: {value: check.result, rows: how, over: sum.seed}
`,
  'stages/numbers.ts': `import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
export default {
  description: 'Numbers from 1.',
  parameters: { type: 'object', properties: { upto: { type: 'integer' } }, required: ['upto'] },
  inputs: {},
  output: 'numbers',
  async run({ parameters, output, places }) {
    appendFileSync(join(places.project, 'ran.txt'), 'numbers\\n');
    const numbers = Array.from({ length: parameters.upto }, (_, i) => i + 1);
    writeFileSync(join(output, 'numbers.json'), JSON.stringify(numbers));
  },
};
`,
  'stages/sum.ts': `import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { total } from '../src/total.ts';
export default {
  description: 'Their sum, times a factor, plus a seed; slowly, with a snapshot after each number.',
  parameters: {
    type: 'object',
    properties: { factor: { type: 'number' }, seed: { type: 'integer' }, delay: { type: 'integer', default: 5 } },
    required: ['factor', 'seed'],
  },
  inputs: { data: { type: 'numbers', description: 'what to add' } },
  output: 'sum',
  async run({ parameters: { factor, seed, delay }, inputs, output, scratch, places, progress, values }) {
    appendFileSync(join(places.project, 'ran.txt'), \`sum \${seed}\\n\`);
    const numbers = JSON.parse(readFileSync(inputs.data.file('numbers.json'), 'utf8'));
    const result = await total(numbers, { scratch, delay, steps: join(places.project, 'steps.txt'), progress });
    writeFileSync(join(output, 'sum.json'), JSON.stringify(result * factor + seed));
    values({ result: result * factor + seed });
  },
};
`,
  'src/total.ts': `import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
export async function total(numbers, { scratch, delay, steps, progress }) {
  const file = join(scratch, 'snapshot.json');
  let { done, sum } = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { done: 0, sum: 0 };
  for (; done < numbers.length; done++) {
    await new Promise((resolve) => setTimeout(resolve, delay));
    sum += numbers[done];
    appendFileSync(steps, 'step\\n');
    writeFileSync(file + process.pid, JSON.stringify({ done: done + 1, sum }));
    renameSync(file + process.pid, file);
    progress({ phase: 'add', done: done + 1, total: numbers.length, unit: 'number' });
  }
  return sum;
}
`,
  'stages/check.ts': `import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
const MULTIPLES = { once: 1, twice: 2 };
export default {
  description: 'The sum, once or twice.',
  parameters: { type: 'object', properties: { how: { enum: ['once', 'twice'] } }, required: ['how'] },
  inputs: { sum: { type: 'sum', description: 'a sum' } },
  output: 'results',
  async run({ parameters, inputs, places, values }) {
    appendFileSync(join(places.project, 'ran.txt'), 'check\\n');
    values({ result: MULTIPLES[parameters.how] * JSON.parse(readFileSync(inputs.sum.file('sum.json'), 'utf8')) });
  },
};
`,
};

/** The cells of the pipeline, sorted. */
export const countingCells = [
  'data',
  ...[1, 2, 3].map((seed) => `sum[seed=${seed}]`),
  ...[1, 2, 3].flatMap((seed) => ['once', 'twice'].map((how) => `check[seed=${seed},how=${how}]`)),
].sort();
