import {
  chmodSync,
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { counting } from '../support/counting.ts';
import { Project } from '../support/project.ts';

/** The stored file that holds the sum of seed 2: 2 * 55 + 2. */
function storedSum(project: Project): string {
  const files = project.path('cache/files');
  const all = readdirSync(files, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const found = all
    .map((entry) => join(entry.parentPath, entry.name))
    .find((path) => readFileSync(path, 'utf8') === '112');
  if (!found) throw new Error('the sum is not stored');
  return found;
}

const damages: [string, (path: string) => void][] = [
  ['a flipped byte', (path) => overwrite(path, '3')],
  [
    'a flipped byte with the old time of change',
    (path) => {
      const { atime, mtime } = statSync(path);
      overwrite(path, '3');
      utimesSync(path, atime, mtime);
    },
  ],
  ['a cut file', (path) => truncateSync(path, 1)],
  ['a file that is gone', (path) => rmSync(path)],
];

function overwrite(path: string, text: string): void {
  chmodSync(path, 0o644);
  const file = openSync(path, 'r+');
  writeSync(file, text, 1);
  closeSync(file);
}

test.each(damages)('%s is found, told, and made again; what comes after stays cached', async (_, damage) => {
  const project = new Project(counting);
  await project.run('count');
  const path = storedSum(project);
  damage(path);
  const { list } = await project.events('count');
  expect(list.filter(({ event }) => event === 'artifact-damaged')).toMatchObject([
    { cell: 'sum[seed=2]', message: expect.stringContaining('sum.json') },
  ]);
  expect(list.filter(({ event }) => event === 'cell-finished').map(({ cell }) => cell)).toEqual([
    'sum[seed=2]',
  ]);
  expect(readFileSync(path, 'utf8')).toBe('112');
  expect((await project.run('count')).executed).toBe(0);
});

test('cache verify finds damage by reading everything, and says so by its exit code', async () => {
  const project = new Project(counting);
  await project.run('count');
  expect((await project.retable('cache', 'verify')).code).toBe(0);
  overwrite(storedSum(project), '3');
  const { code, stdout } = await project.retable('cache', 'verify');
  expect(code).toBe(1);
  expect(stdout).toContain('sum.json');
});

test.each(['index.sqlite', 'index.sqlite filled with nonsense'])(
  'without %s nothing runs again: the index is rebuilt',
  async (name) => {
    const project = new Project(counting);
    await project.run('count');
    const table = (await project.retable('table', 'count', '--format', 'csv')).stdout;
    for (const suffix of ['-wal', '-shm', ''])
      rmSync(project.path(`cache/index.sqlite${suffix}`), { force: true });
    if (name.includes('nonsense')) project.write('cache/index.sqlite', 'nonsense '.repeat(1000));
    const { list, stderr } = await project.events('count');
    expect(list.at(-1)).toMatchObject({ executed: 0, cached: 10 });
    expect(stderr).toMatch(/rebuilt/);
    expect((await project.retable('table', 'count', '--format', 'csv')).stdout).toBe(table);
  },
);

test('cache gc frees what no pipeline and no last run refers to, and says so before', async () => {
  const project = new Project(counting);
  const pipeline = project.read('pipelines/count.yaml');
  project.write('pipelines/count.yaml', pipeline.replace('factor: 2', 'factor: 7'));
  await project.run('count');
  project.write('pipelines/count.yaml', pipeline);
  await project.run('count');
  const cells = async () => (await project.json<{ cells: unknown[] }>('cache', 'ls')).cells.length;
  expect(await cells()).toBe(19);
  expect((await project.retable('cache', 'gc')).code).toBe(0);
  expect(await cells()).toBe(19);
  expect((await project.retable('cache', 'gc', '--keep-runs', '1', '--dry-run')).stdout).toContain(
    'would free',
  );
  expect(await cells()).toBe(19);
  expect((await project.retable('cache', 'gc', '--keep-runs', '1')).code).toBe(0);
  expect(await cells()).toBe(10);
  expect((await project.run('count')).executed).toBe(0);
  expect(existsSync(storedSum(project))).toBe(true);
});

test('cache gc keeps what the base values of a pipeline made, where they are what a plain run takes', async () => {
  const project = new Project({
    'pipelines/base.yaml': `pipeline: base
params: {x: 1}
profiles: {other: {x: 2}}
stages:
  a: {uses: command, with: {run: "echo \${{ params.x }} > $RETABLE_OUTPUT/o"}}
  b: {uses: command, needs: {a: a}, with: {run: "cp $RETABLE_INPUT_A/o $RETABLE_OUTPUT/o"}}
`,
  });
  expect((await project.run('base')).executed).toBe(2);
  for (const only of ['a', 'a', 'a']) await project.run('base', '--only', only);
  await project.retable('cache', 'gc');
  expect((await project.run('base')).executed).toBe(0);
});

test('cache gc works in a project whose kinds do not fit the pipelines that come with retable', async () => {
  const project = new Project({
    'pipelines/own.yaml': 'pipeline: own\nstages:\n  a: {uses: train, with: {}}\n',
    'stages/train.ts':
      "export default {\n  description: 'Its own.',\n  parameters: { type: 'object', properties: {}, additionalProperties: false },\n  inputs: {},\n  output: 'x',\n  async run() {},\n};\n",
  });
  expect((await project.retable('validate', 'mixacm')).code).toBe(2);
  expect((await project.run('own')).executed).toBe(1);
  expect((await project.retable('cache', 'gc')).code).toBe(0);
  project.write('pipelines/own.yaml', 'pipeline: own\nstages:\n  a: {uses: trian}\n');
  expect((await project.retable('cache', 'gc')).code).toBe(2);
});
