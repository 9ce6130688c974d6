import { cpSync, mkdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { counting, countingCells } from '../support/counting.ts';
import { Project } from '../support/project.ts';

test('a first run executes every cell once and a second one none', async () => {
  const project = new Project(counting);
  expect(await project.run('count')).toEqual({ executed: 10, cached: 0, failed: 0, skipped: 0, code: 0 });
  expect(await project.run('count')).toEqual({ executed: 0, cached: 10, failed: 0, skipped: 0, code: 0 });
  expect(project.lines('ran.txt').sort()).toEqual([
    ...Array(6).fill('check'),
    'numbers',
    'sum 1',
    'sum 2',
    'sum 3',
  ]);
});

test('the table holds mean, sample standard deviation and n of what the cells came out with', async () => {
  const project = new Project(counting);
  await project.run('count');
  // 2 * 55 + seed, for seeds 1, 2, 3.
  const table = await project.json<{ cells: { mean: number; std: number; n: number }[][] }>(
    'table',
    'main',
    'count',
  );
  expect(table.cells.flat()).toMatchObject([
    { mean: 224, std: 2, n: 3 },
    { mean: 112, std: 1, n: 3 },
  ]);
});

test('what plan says runs is what run executes', async () => {
  const project = new Project(counting);
  const planned = async (...args: string[]) => {
    const { cells } = await project.json<{ cells: { id: string; state: string }[] }>(
      'plan',
      'count',
      ...args,
    );
    return cells.flatMap(({ id, state }) => (state === 'run' ? [id] : [])).sort();
  };
  expect(await planned()).toEqual(countingCells);
  const args = ['--set', 'seeds=[2, 3]', '--only', 'check[seed=3,how=once]'];
  const before = await planned(...args);
  expect(before).toEqual(['check[seed=3,how=once]', 'data', 'sum[seed=3]']);
  expect(await project.executed('count', ...args)).toEqual(before);
  const rest = await planned();
  expect(rest).toHaveLength(7);
  expect(await project.executed('count')).toEqual(rest);
  expect(await planned()).toEqual([]);
});

test('a comment in the code of a kind re-runs nothing', async () => {
  const project = new Project(counting);
  await project.run('count');
  project.append('src/total.ts', '\n// Slow and steady.\n');
  project.append('stages/check.ts', '\n/* checked */\n');
  expect(await project.executed('count')).toEqual([]);
});

test('a constant in the code of a kind re-runs exactly its cells, and why names the file', async () => {
  const project = new Project(counting);
  await project.run('count');
  project.write('stages/check.ts', project.read('stages/check.ts').replace('twice: 2', 'twice: 2 + 0'));
  const { stdout } = await project.retable('why', 'check[seed=1,how=once]', 'count');
  expect(stdout).toMatch(/would run/);
  expect(stdout).toMatch(/files\.stages\/check\.ts: [0-9a-f]{12} → [0-9a-f]{12}/);
  expect(await project.executed('count')).toEqual(countingCells.filter((cell) => cell.startsWith('check')));
});

test('a file that a kind imports counts as its code', async () => {
  const project = new Project(counting);
  await project.run('count');
  project.write(
    'src/total.ts',
    project.read('src/total.ts').replace('sum += numbers[done]', 'sum += numbers[done] + 1'),
  );
  expect(await project.executed('count')).toEqual(countingCells.filter((cell) => cell !== 'data'));
  const why = await project.json<{ attempts: { changes: { field: string }[] | string }[] }>(
    'why',
    'sum[seed=1]',
    'count',
  );
  expect(why.attempts.at(-1)?.changes).toMatchObject([{ field: 'files.src/total.ts' }]);
});

test('a changed parameter re-runs its stage and what follows, and why gives both values', async () => {
  const project = new Project(counting);
  await project.run('count');
  const { stdout } = await project.retable('why', 'sum[seed=2]', 'count', '--set', 'factor=3');
  expect(stdout).toContain('parameters.factor: 2 → 3');
  expect(await project.executed('count', '--set', 'factor=3')).toEqual(
    countingCells.filter((cell) => cell !== 'data'),
  );
  expect((await project.run('count')).executed).toBe(0);
});

test('an optional input that is given is part of the fingerprint, and why names it', async () => {
  const kind = `export default {
    description: 'How many inputs there are.',
    parameters: { type: 'object', properties: {} },
    inputs: {
      data: { type: 'numbers', description: 'numbers' },
      more: { type: 'numbers', description: 'more of them', optional: true },
    },
    output: 'results',
    async run({ inputs, values }) { values({ inputs: Object.keys(inputs).length }); },
  };`;
  const project = new Project({ ...counting, 'stages/inputs.ts': kind });
  const write = (needs: string) =>
    project.write(
      'pipelines/inputs.yaml',
      `pipeline: inputs\nstages:\n  data: {uses: numbers, with: {upto: 3}}\n  more: {uses: numbers, with: {upto: 4}}\n  count: {uses: inputs, needs: {${needs}}}\ntables:\n  main: {value: count.inputs}\n`,
    );
  const reasons = async () =>
    (await project.json<{ reasons: { message: string }[] }>('why', 'count', 'inputs')).reasons.map(
      ({ message }) => message,
    );
  const counted = async () =>
    (await project.json<{ cells: { mean: number }[][] }>('table', 'main', 'inputs')).cells[0]?.[0]?.mean;
  write('data: data');
  await project.run('inputs', '--only', 'count');
  expect(await counted()).toBe(1);
  write('data: data, more: more');
  // It has not been there before: whatever it comes out as, this is not cached.
  expect(await reasons()).toEqual(['its input more runs first']);
  expect(await project.executed('inputs')).toEqual(['count', 'more']);
  expect(await counted()).toBe(2);
  write('data: data');
  expect(await project.executed('inputs')).toEqual([]);
  expect(await counted()).toBe(1);
  // Left out again while another input is not known: that it is gone is told all the same.
  write('data: data, more: more');
  await project.run('inputs', '--force', 'count');
  project.write('stages/numbers.ts', project.read('stages/numbers.ts').replace('i + 1', '1 + i'));
  write('data: data');
  expect((await reasons())[0]).toMatch(/^inputs\.more: [0-9a-f]{12} → \(none\)$/);
});

test('an input that comes out the same cuts the wave short', async () => {
  const project = new Project(counting);
  await project.run('count');
  project.write('stages/numbers.ts', project.read('stages/numbers.ts').replace('i + 1', '1 + i'));
  expect(await project.executed('count')).toEqual(['data']);
});

test('a forced cell runs again and, coming out the same, nothing after it does', async () => {
  const project = new Project(counting);
  await project.run('count');
  expect(await project.executed('count', '--force', 'sum*')).toEqual([
    'sum[seed=1]',
    'sum[seed=2]',
    'sum[seed=3]',
  ]);
});

test('a forced run prints and writes the same table', async () => {
  const project = new Project(counting);
  await project.run('count');
  const before = project.read('results/count/main.md');
  const { stdout } = await project.retable('run', 'count', '--force', '*');
  expect(stdout).toContain('10 executed');
  expect(stdout).toContain('224.000 ± 2.000 (3)');
  expect(project.read('results/count/main.md')).toBe(before);
});

test('several tables are one JSON object', async () => {
  const project = new Project(counting);
  project.append('pipelines/count.yaml', '  sums: {value: sum.result, rows: seed}\n');
  await project.run('count');
  const { tables } = await project.json<{ tables: { table: string }[] }>('table', 'count');
  expect(tables.map(({ table }) => table)).toEqual(['main', 'sums']);
});

test('a project that was copied with its bundles follows its own code, not that of the original', async () => {
  const project = new Project(counting);
  mkdirSync(project.path('node_modules'));
  await project.run('count');
  // Bundles are remembered only of files that have not been touched for a while.
  await new Promise((resolve) => setTimeout(resolve, 2100));
  await project.run('count');
  const copy = new Project({});
  cpSync(project.folder, copy.folder, { recursive: true });
  copy.write('stages/check.ts', copy.read('stages/check.ts').replace('twice: 2', 'twice: 2 + 0'));
  expect(await copy.executed('count')).toEqual(countingCells.filter((cell) => cell.startsWith('check')));
});

test('a project that was moved, with its cache, re-runs nothing', async () => {
  const project = new Project(counting);
  await project.run('count');
  const moved = new Project({});
  cpSync(project.folder, moved.folder, { recursive: true });
  expect(await moved.executed('count')).toEqual([]);
});

test('a pinned version keeps results whatever happens to the code', async () => {
  const project = new Project(counting);
  const pin = (text: string) => text.replace("output: 'results',", "output: 'results', version: '1',");
  project.write('stages/check.ts', pin(project.read('stages/check.ts')));
  await project.run('count');
  project.write('stages/check.ts', project.read('stages/check.ts').replace('twice: 2', 'twice: 4 / 2'));
  expect(await project.executed('count')).toEqual([]);
});

test('two cells of the same fingerprint are one piece of work', async () => {
  const project = new Project(counting);
  const yaml = project.read('pipelines/count.yaml');
  project.write(
    'pipelines/count.yaml',
    yaml.replace(
      '  check:',
      '  again: {uses: sum, needs: {data: data}, with: {factor: 2, seed: 1}}\n  check:',
    ),
  );
  expect(await project.run('count')).toMatchObject({ executed: 10, cached: 1 });
  expect(project.lines('ran.txt').filter((line) => line === 'sum 1')).toHaveLength(1);
});
