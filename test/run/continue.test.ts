import { existsSync, readdirSync, rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import { family, killAll } from '../support/processes.ts';
import { Project } from '../support/project.ts';
import { until } from '../support/until.ts';

/**
 * A kind that adds up numbers, with a snapshot after each. It notes each step outside of the cache, and waits after the
 * step in the file `hold`, of the cell that ends there, until there is none.
 */
const walking = {
  'stages/walk.js': `import { appendFileSync, existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
const wait = () => new Promise((resolve) => setTimeout(resolve, 20));
export default {
  description: 'Adds up the numbers from 1.',
  parameters: {
    type: 'object',
    properties: { steps: { type: 'integer' }, 'stop-after': { type: 'integer', minimum: 1 } },
    required: ['steps'],
  },
  continues: { stop: 'stop-after', of: 'steps' },
  inputs: {},
  output: 'sum',
  async run({ parameters, scratch, trajectory, output, places, values }) {
    const end = parameters['stop-after'] ?? parameters.steps;
    let state = { done: 0, sum: 0 };
    for (const name of readdirSync(trajectory)) {
      const file = join(trajectory, name, 'state.json');
      const found = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : state;
      if (found.done <= end && found.done > state.done) state = found;
    }
    const isHeld = () => existsSync(join(places.project, \`hold-\${state.done}-of-\${end}\`));
    while (state.done < end) {
      while (isHeld()) await wait();
      state = { done: state.done + 1, sum: state.sum + state.done + 1 };
      appendFileSync(join(places.project, 'steps.txt'), \`\${state.done} of \${end}\\n\`);
      writeFileSync(join(scratch, 'draft'), JSON.stringify(state));
      renameSync(join(scratch, 'draft'), join(scratch, 'state.json'));
    }
    writeFileSync(join(output, 'sum.json'), JSON.stringify(state));
    values({ sum: state.sum });
  },
};
`,
  'pipelines/walk.yaml': `pipeline: walk
params: {stops: [4]}
stages:
  walk: {uses: walk, with: {steps: 4}, matrix: {stop-after: "\${{ params.stops }}"}}
`,
  'pipelines/plain.yaml': 'pipeline: plain\nstages:\n  walk: {uses: walk, with: {steps: 4}}\n',
};

const stops = (...numbers: number[]) => ['walk', '--set', `stops=[${numbers.join(', ')}]`];

/** The names of cells and their artifacts. */
async function artifacts(project: Project): Promise<Record<string, string>> {
  const { cells } = await project.json<{ cells: { cell: string; artifact: string }[] }>('cache', 'ls');
  return Object.fromEntries(cells.map(({ cell, artifact }) => [cell, artifact]));
}

/** Folders of snapshots, one for each trajectory that has any. */
const trajectories = (project: Project) => readdirSync(project.path('cache/scratch'));

test('a cell goes on from where another one of its trajectory stopped, with the same result as at once', async () => {
  const project = new Project(walking);
  for (const stop of [1, 3, 4]) {
    expect(await project.run(...stops(stop))).toMatchObject({ executed: 1, code: 0 });
    expect(trajectories(project)).toHaveLength(stop < 4 ? 1 : 0);
  }
  expect(project.lines('steps.txt')).toEqual(['1 of 1', '2 of 3', '3 of 3', '4 of 4']);
  const atOnce = new Project(walking);
  for (const stop of [4, 3, 1]) await atOnce.run(...stops(stop));
  expect(atOnce.lines('steps.txt')).toHaveLength(8);
  expect(await artifacts(atOnce)).toEqual(await artifacts(project));
});

test('a cell that stops at its end is the plain cell, and one that stops before is another', async () => {
  const project = new Project(walking);
  await project.run(...stops(4));
  expect(await project.run('plain')).toMatchObject({ executed: 0, cached: 1 });
  expect(await project.run(...stops(3, 4))).toMatchObject({ executed: 1, cached: 1 });
  expect(trajectories(project)).toEqual([]);
});

test('lost snapshots cost time and change no result', async () => {
  const project = new Project(walking);
  await project.run(...stops(3));
  rmSync(project.path('cache/scratch'), { recursive: true });
  await project.run('plain');
  expect(project.lines('steps.txt')).toHaveLength(3 + 4);
  const atOnce = new Project(walking);
  await atOnce.run('plain');
  expect((await artifacts(project)).walk).toBe((await artifacts(atOnce)).walk);
});

test('two cells of a trajectory run at the same time, and one that ends leaves the snapshots of the other', async () => {
  const project = new Project(walking);
  project.write('hold-2-of-3', '');
  const { child, finished } = project.start(['run', ...stops(3, 4), '--jobs', '2', '--json']);
  let printed = '';
  child.stdout?.on('data', (data) => (printed += data));
  await until(() => printed.includes('"event":"cell-finished","cell":"walk[stop-after=4]"'));
  const [trajectory = ''] = trajectories(project);
  const [held = '', ...others] = readdirSync(project.path(`cache/scratch/${trajectory}`));
  expect(others).toEqual([]);
  expect(existsSync(project.path(`cache/scratch/${trajectory}/${held}/state.json`))).toBe(true);
  rmSync(project.path('hold-2-of-3'));
  expect((await finished).code).toBe(0);
  expect(project.lines('steps.txt').filter((line) => line.endsWith('of 3'))).toHaveLength(3);
  expect(trajectories(project)).toEqual([]);
});

test('after kill -9, a cell that went on from another one resumes from its own snapshot', async () => {
  const project = new Project(walking);
  await project.run(...stops(1));
  project.write('hold-3-of-4', '');
  const { child, finished } = project.start(['run', 'plain']);
  await until(() => project.lines('steps.txt').includes('3 of 4'));
  killAll(family(child.pid ?? 0));
  await finished;
  rmSync(project.path('hold-3-of-4'));
  expect(await project.run('plain')).toMatchObject({ executed: 1, code: 0 });
  // The snapshot of a step is written after its note.
  expect(project.lines('steps.txt').filter((line) => line !== '3 of 4')).toEqual([
    '1 of 1',
    '2 of 4',
    '4 of 4',
  ]);
});

test('--force runs a cell that stopped early again, instead of ending it with its own last snapshot', async () => {
  const project = new Project(walking);
  await project.run(...stops(2));
  await project.run(...stops(2), '--force', 'walk');
  expect(project.lines('steps.txt')).toHaveLength(4);
  await project.run(...stops(3));
  expect(project.lines('steps.txt')).toHaveLength(5);
});

const training = `pipeline: training
params: {stop: 4}
stages:
  data: {uses: dataset, with: {name: digits, train: 200, validation: 40, test: 20}}
  model:
    uses: train
    needs: {data: data}
    with: {net: resnet-8-w2, epochs: 4, batch-size: 20, stop-after: "\${{ params.stop }}"}
`;

test('a training that was stopped, continued, killed and resumed ends in the bytes of one at once', async () => {
  const [project, atOnce] = [1, 2].map(() => new Project({ 'pipelines/training.yaml': training }));
  if (!project || !atOnce) throw new Error('No projects');
  await project.run('training', '--set', 'stop=2');
  const { child, finished } = project.start(['run', 'training', '--json']);
  let printed = '';
  child.stdout?.on('data', (data) => (printed += data));
  await until(() => /"cell-record".*"epoch":3|run-finished/.test(printed));
  killAll(family(child.pid ?? 0));
  await finished;
  await project.run('training');
  await atOnce.run('training');
  const [stoppedToo, expected] = [await artifacts(project), await artifacts(atOnce)];
  expect(stoppedToo).toEqual(expected);
  expect((await project.retable('logs', 'model', 'training')).stdout).toMatch(/continues after epoch [234]/);
});

test('a training cannot stop after its last epoch; the mistake has its place', async () => {
  const project = new Project({ 'pipelines/training.yaml': training });
  const { code, stderr } = await project.retable('plan', 'training', '--set', 'stop=5');
  expect(code).toBe(2);
  expect(stderr).toContain('pipelines/training.yaml:8:69');
  expect(stderr).toContain("'stop-after' must be at most 'epochs', which is 4, not 5");
});

test('a kind whose `continues` names a parameter that it does not have is a mistake', async () => {
  const wrong = walking['stages/walk.js'].replace("of: 'steps'", "of: 'strides'");
  const { code, stderr } = await new Project({ ...walking, 'stages/walk.js': wrong }).retable(
    'plan',
    'plain',
  );
  expect(code).toBe(2);
  expect(stderr).toContain('`continues` of stages/walk.js names strides, which is not one of its parameters');
});
