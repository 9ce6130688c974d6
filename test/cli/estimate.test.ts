import { expect, test } from 'vitest';
import { Project } from '../support/project.ts';
import { sweeping } from '../support/sweeping.ts';

interface Range {
  readonly least: number;
  readonly most: number;
}

interface Estimated {
  readonly stages: readonly { readonly stage: string; readonly cells: Range; readonly unknown: number }[];
  readonly total: { readonly cells: Range; readonly unknown: number; readonly flops: Range };
  readonly times: Record<'here' | 'alone' | 'nodes' | 'atSpeed', { readonly seconds: Range } | null>;
  readonly cells: readonly {
    readonly id: string;
    readonly by: string;
    readonly cost: { readonly steps: number; readonly flops?: number } | null;
    readonly why: string | null;
  }[];
}

const kind = `import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
export default {
  description: 'Works.',
  parameters: {
    type: 'object',
    properties: { seed: { type: 'integer' }, size: { type: 'integer' } },
    required: ['seed', 'size'],
  },
  inputs: {},
  output: 'work',
  async run({ parameters, output }) {
    writeFileSync(join(output, 'work.txt'), String(parameters.seed));
  },
};
`;

/** An hour and 8 TFLOP for each unit of size. */
const estimate = `export default {
  like: ({ parameters: { size } }) => size,
  measures: ['seconds', 'spent', 'flops'],
  async run({ parameters: { parameters: { size } }, measure }) {
    measure({ seconds: 3600 * size, spent: 0, flops: 8e12 * size });
  },
};
`;

const files = {
  'pipelines/p.yaml': `pipeline: p
params: {seeds: [1, 2]}
stages:
  small: {uses: work, with: {size: 1}, matrix: {seed: "\${{ params.seeds }}"}}
  large: {uses: work, with: {size: 3, seed: 1}}
`,
  'stages/work.ts': kind,
};

const estimated = (project: Project, ...args: string[]) =>
  project.json<Estimated>('plan', 'p', '--estimate', '--jobs', '1', ...args);

test('what a kind without an estimate costs is not known, and it is said so', async () => {
  const project = new Project(files);
  const { total, cells, times } = await estimated(project);
  expect(total).toMatchObject({ cells: { least: 3, most: 3 }, unknown: 3 });
  expect(cells.map(({ by, cost }) => [by, cost])).toEqual(Array(3).fill(['unknown', null]));
  expect(cells[0]?.why).toContain('the kind work has no estimate');
  expect(times.here?.seconds).toEqual({ least: 0, most: 0 });
  const { stdout } = await project.retable('plan', 'p', '--estimate');
  expect(stdout).toContain('not known, and in no sum: 2 cells of small');
});

test('an estimate of a kind of your own counts for its cells, on other machines too', async () => {
  const project = new Project({ ...files, 'estimates/work.ts': estimate });
  const { total, cells, times } = await estimated(project, '--nodes', '3', '--flops', '2e12');
  expect(cells.map(({ id, by, cost }) => [id, by, cost?.steps, cost?.flops])).toEqual([
    ['small[seed=1]', 'measured', 3600, 8e12],
    ['small[seed=2]', 'measured', 3600, 8e12],
    ['large', 'measured', 10_800, 24e12],
  ]);
  expect(total).toMatchObject({ unknown: 0, flops: { least: 40e12, most: 40e12 } });
  const hours = (name: keyof Estimated['times']) => (times[name]?.seconds.most ?? 0) / 3600;
  // The starts of processes take seconds.
  expect(hours('alone')).toBeCloseTo(5, 1);
  expect(times.nodes?.seconds.most).toBeLessThan(times.here?.seconds.most ?? 0);
  expect(times.atSpeed?.seconds.most).toBeGreaterThanOrEqual(20);
  expect(hours('atSpeed')).toBeLessThan(1);
});

test('an estimate changes no fingerprint', async () => {
  const project = new Project(files);
  const before = await project.json('plan', 'p');
  project.write('estimates/work.ts', estimate);
  expect(await project.json('plan', 'p')).toEqual(before);
  await project.run('p');
  project.write('estimates/work.ts', estimate.replace('3600', '7200'));
  expect(await project.run('p')).toMatchObject({ executed: 0, cached: 3 });
});

test('cells that ran tell what those of which only seeds differ cost', async () => {
  const project = new Project({ ...files, 'estimates/work.ts': estimate });
  await project.run('p', '--only', 'small');
  const { cells } = await estimated(project, '--set', 'seeds=[1, 2, 3]');
  expect(cells.map(({ id, by }) => [id, by])).toEqual([
    ['small[seed=3]', 'like'],
    ['large', 'measured'],
  ]);
  expect(cells[0]?.cost?.steps).toBeLessThan(3600);
  const again = await estimated(project, '--only', 'small', '--force', 'small[seed=1]');
  expect(again.cells.map(({ id, by }) => [id, by])).toEqual([['small[seed=1]', 'like']]);
});

test('only the cells that are asked for are estimated', async () => {
  const project = new Project({ ...files, 'estimates/work.ts': estimate });
  const { cells } = await estimated(project, '--only', 'large');
  expect(cells.map(({ id }) => id)).toEqual(['large']);
});

test.each(['halving', 'asha'])(
  'a sweep by %s has the cells that its plan says, at least and at most',
  async (rule) => {
    const project = new Project({
      ...sweeping({ rule }),
      'estimates/score.ts': `export default {
  like: ({ parameters: { epochs } }) => epochs,
  measures: ['seconds', 'spent', 'flops'],
  async run({ parameters: { parameters: { epochs } }, measure }) {
    measure({ seconds: 0, spent: 0, flops: epochs });
  },
};
`,
    });
    const plan = await project.retable('plan', 'sweep');
    const [, least, most] = /; (?:(\d+) to )?(\d+) cells/.exec(plan.stdout) ?? [];
    const { stages } = await project.json<Estimated>('plan', 'sweep', '--estimate');
    const students = stages.find(({ stage }) => stage === 'student');
    const expected = [least ?? most, most].map(Number);
    expect([students?.cells.least, students?.cells.most]).toEqual(expected);
  },
);

test.each([
  ['--nodes', '0', 'takes a whole number from 1'],
  ['--flops', 'fast', 'takes a number of FLOP/s'],
  ['--withstand', '30', 'takes a share from 0 to 1'],
])('%s %s is refused', async (flag, value, message) => {
  const project = new Project(files);
  const { code, stderr } = await project.retable('plan', 'p', '--estimate', flag, value);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
});

test('an estimate that measures nothing is a fault of its file', async () => {
  const project = new Project({ ...files, 'estimates/work.ts': 'export default {};\n' });
  const { code, stderr } = await project.retable('plan', 'p', '--estimate');
  expect(code).toBe(2);
  expect(stderr).toContain('does not export an estimate');
});
