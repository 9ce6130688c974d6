import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Project } from '../support/project.ts';

const pipelines = {
  'pipelines/p.yaml': `pipeline: p
stages:
  one: {uses: command, matrix: {i: [1, 2, 3]}, with: {run: "sleep 0.2; : \${{ matrix.i }}; echo '{\\"x\\": 1}' > $RETABLE_OUTPUT/values.json"}}
  loud: {uses: command, with: {run: "seq 200000"}}
tables:
  main: {value: one.x, rows: i}
`,
};

/** A device that is always full. */
const hasFull = existsSync('/dev/full');

test.each(['', '--json'])(
  'a run goes on to its results when nobody reads what it prints (%s)',
  async (flag) => {
    const project = new Project(pipelines);
    const { stdout, stderr } = await project.shell(
      `{ $RETABLE run p --jobs 1 ${flag}; echo $? > code; } | head -1`,
    ).finished;
    expect(stdout.split('\n')).toHaveLength(2);
    expect(stderr).toBe('');
    expect(project.read('code')).toBe('0\n');
    expect(project.read('results/p/main.csv')).toContain('1');
  },
);

test.skipIf(!hasFull)('a run goes on to its results when what it prints to is full', async () => {
  const project = new Project(pipelines);
  const { code, stderr } = await project.shell('$RETABLE run p --jobs 1 > /dev/full').finished;
  expect(code).toBe(0);
  expect(stderr).toMatch(/^note: standard output can't be written any more: ENOSPC.*\n$/);
  expect(project.read('results/p/main.csv')).toContain('1');
});

test('a run goes on when standard error is closed too', async () => {
  const project = new Project(pipelines);
  await project.shell('{ $RETABLE run p --jobs 1 2>&1; echo $? > code; } | true').finished;
  expect(project.read('code')).toBe('0\n');
  expect(project.read('results/p/main.csv')).toContain('1');
});

test.each(['plan p', 'table p', 'logs loud p'])(
  '%s ends quietly when its reader has ended',
  async (command) => {
    const project = new Project(pipelines);
    await project.run('p');
    const { stderr } = await project.shell(`{ $RETABLE ${command}; echo $? > code; } | true`).finished;
    expect(stderr).toBe('');
    expect(project.read('code')).toBe('0\n');
  },
);

test.skipIf(!hasFull).each(['plan p', 'table p', 'logs loud p'])(
  '%s fails, and says why, when what it prints to is full',
  async (command) => {
    const project = new Project(pipelines);
    await project.run('p');
    const { code, stderr } = await project.shell(`$RETABLE ${command} > /dev/full`).finished;
    expect(stderr).toMatch(/^note: standard output can't be written any more: ENOSPC.*\n$/);
    expect(code).toBe(1);
  },
);
