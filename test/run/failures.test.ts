import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { killAll, living } from '../support/processes.ts';
import { Project } from '../support/project.ts';
import { until } from '../support/until.ts';

const failing = (more = '') => ({
  'pipelines/f.yaml': `pipeline: f
stages:
  bad: {uses: command, with: {run: "echo out of luck; exit 3"}${more}}
  after: {uses: command, needs: {bad: bad}, with: {run: "true"}}
  good: {uses: command, matrix: {i: [1, 2, 3]}, with: {run: "echo \${{ matrix.i }} > $RETABLE_OUTPUT/o"}}
`,
});

test('when a cell fails, what needs it is skipped, the others go on, and the exit code is 1', async () => {
  const project = new Project(failing());
  expect(await project.run('f')).toEqual({ executed: 3, cached: 0, failed: 1, skipped: 1, code: 1 });
  const { stdout } = await project.retable('run', 'f');
  expect(stdout).toMatch(/failed\s+bad: It exited with 3\./);
  expect(stdout).toMatch(/skipped\s+after: it needs bad/);
  expect((await project.retable('logs', 'bad', 'f')).stdout).toBe('out of luck\n');
});

test('with --fail-fast nothing more is started after a failure', async () => {
  const project = new Project(failing());
  const { executed, failed, skipped } = await project.run('f', '--fail-fast', '--jobs', '1');
  expect({ executed, failed, skipped }).toEqual({ executed: 0, failed: 1, skipped: 4 });
});

test('a stage with retries tries again, each attempt with its own log', async () => {
  const project = new Project({
    'pipelines/r.yaml': `pipeline: r
stages:
  flaky:
    uses: command
    retries: 2
    with: {run: "echo try >> tries.txt; echo log of try $(wc -l < tries.txt); test $(wc -l < tries.txt) = 3"}
`,
  });
  const { list, code } = await project.events('r');
  expect(code).toBe(0);
  expect(list.filter(({ event }) => event === 'cell-failed')).toHaveLength(2);
  expect(list.filter(({ event }) => event === 'cell-finished')).toHaveLength(1);
  expect((await project.retable('logs', 'flaky', 'r', '--attempt', '1')).stdout).toBe('log of try 1\n');
});

/** The processes whose numbers cells wrote to `pids.txt`; none of them outlives the test. */
function started(project: Project): number[] {
  const pids = project.lines('pids.txt').map(Number);
  onTestFinished(() => killAll(pids));
  return pids;
}

test('a cell that runs past its timeout is stopped with all that it started', async () => {
  const project = new Project({
    'pipelines/t.yaml': `pipeline: t
stages:
  slow: {uses: command, timeout: 2, with: {run: "sleep 600 & echo $! > pids.txt; wait"}}
`,
  });
  const { list, code } = await project.events('t');
  expect(code).toBe(1);
  expect(list.find(({ event }) => event === 'cell-failed')).toMatchObject({ reason: 'timeout' });
  expect(living(started(project))).toEqual([]);
});

test('what a program leaves running in the background ends with it', async () => {
  const project = new Project({
    'pipelines/b.yaml':
      'pipeline: b\nstages:\n  a: {uses: command, with: {run: "sleep 600 & echo $! > pids.txt; echo now > $RETABLE_OUTPUT/o"}}\n',
  });
  expect(await project.run('b')).toMatchObject({ executed: 1, code: 0 });
  const pids = started(project);
  expect(pids).toHaveLength(1);
  expect(living(pids)).toEqual([]);
});

test('with --fail-fast a cell that fails after another is not tried again', async () => {
  const project = new Project({
    'pipelines/q.yaml': `pipeline: q
stages:
  late: {uses: command, retries: 5, with: {run: "until test -e go; do sleep 0.05; done; echo try >> tries.txt; exit 1"}}
  early: {uses: command, with: {run: "exit 1"}}
`,
  });
  const { child, finished } = project.start(['run', 'q', '--fail-fast', '--jobs', '2', '--json']);
  let told = '';
  child.stdout?.on('data', (data) => (told += data));
  await until(() => told.includes('"cell-failed","cell":"early"'));
  project.write('go', '');
  const { stdout, code } = await finished;
  expect(code).toBe(1);
  expect(stdout).toContain('"failed":2');
  expect(project.lines('tries.txt')).toEqual(['try']);
});

test('a kind that throws when it is loaded is wrong input, told with its place and its file', async () => {
  const project = new Project({
    'pipelines/k.yaml': 'pipeline: k\nstages:\n  a: {uses: early}\n',
    'stages/early.ts': "throw new TypeError('too early');\n",
  });
  const { code, stderr } = await project.retable('validate', 'k');
  expect(code).toBe(2);
  expect(stderr).toMatch(/k\.yaml:3:\d+: error: stages\/early\.ts can't be loaded: TypeError: too early/);
});

test('a kind that cannot say what it reads fails its cell alone, and plan says so before', async () => {
  const project = new Project({
    'pipelines/s.yaml':
      'pipeline: s\nstages:\n  a: {uses: unsure}\n  b: {uses: command, with: {run: "true"}}\n',
    'stages/unsure.ts':
      "export default {\n  description: 'Unsure.',\n  parameters: { type: 'object', properties: {} },\n  inputs: {},\n  output: 'x',\n  sources() {\n    throw new TypeError('which?');\n  },\n  async run() {},\n};\n",
  });
  const plan = await project.json<{ cells: { reasons: object[] }[] }>('plan', 's');
  expect(plan.cells[0]?.reasons).toMatchObject([
    { reason: 'blocked', message: expect.stringContaining('stages/unsure.ts threw TypeError: which?') },
  ]);
  expect(await project.run('s')).toMatchObject({ executed: 1, failed: 1, code: 1 });
});

test.each(['sources', 'program'])(
  'a reason that is not in the list is marked as own if `%s` of a kind throws it',
  async (property) => {
    const failure = "Object.assign(new Error('There is no GPU.'), { name: 'Failure', reason: 'no-gpu' })";
    const project = new Project({
      'pipelines/g.yaml': 'pipeline: g\nstages: {a: {uses: picky}}\n',
      'stages/picky.js': `export default { description: 'Picky.', parameters: { type: 'object', properties: {} }, inputs: {}, output: 'x', program: () => ({}), ${property}() { throw ${failure}; } };\n`,
    });
    const { list } = await project.events('g');
    expect(list.filter(({ event }) => event === 'cell-failed')).toMatchObject([
      { reason: 'own:no-gpu', message: 'There is no GPU.' },
    ]);
  },
);

test('a program that does not write what it promised has failed', async () => {
  const project = new Project({
    'pipelines/o.yaml':
      'pipeline: o\nstages: {a: {uses: command, with: {run: "true", outputs: [model.bin]}}}\n',
  });
  const { list } = await project.events('o');
  expect(list.find(({ event }) => event === 'cell-failed')).toMatchObject({
    reason: 'output-missing',
    message: 'It ended without an error but did not write model.bin.',
  });
});

test('a program that does not exist is named', async () => {
  const project = new Project({
    'pipelines/n.yaml': 'pipeline: n\nstages: {a: {uses: command, with: {run: [no-such-program]}}}\n',
  });
  const { list } = await project.events('n');
  expect(list.find(({ event }) => event === 'cell-failed')).toMatchObject({ reason: 'program-not-found' });
});

test('a defect in a kind fails its cell with the message, and the log has the stack with the line of the source', async () => {
  const project = new Project({
    'pipelines/d.yaml': 'pipeline: d\nstages: {a: {uses: broken}}\n',
    'stages/broken.ts':
      "export default {\n  description: 'Breaks.',\n  parameters: { type: 'object', properties: {} },\n  inputs: {},\n  output: 'x',\n  async run() {\n    const list: number[] | undefined = undefined;\n    return list.length;\n  },\n};\n",
  });
  const { list, code } = await project.events('d');
  expect(code).toBe(1);
  expect(list.find(({ event }) => event === 'cell-failed')).toMatchObject({
    reason: 'crashed',
    message: expect.stringContaining('TypeError'),
  });
  expect((await project.retable('logs', 'a', 'd')).stdout).toMatch(/stages\/broken\.ts:8/);
});

test.each([
  ['an unknown pipeline', ['run', 'nothing'], /no pipeline nothing/],
  ['an unknown cell', ['run', 'f', '--only', 'nothing*'], /No cell is called nothing/],
  ['a number of jobs that is none', ['run', 'f', '--jobs', 'many'], /--jobs takes a whole number/],
  ['an unknown profile', ['run', 'f', '--profile', 'paper'], /profile/],
  ['a data folder that is not there', ['run', 'f', '--data-dir', 'nowhere'], /no folder/],
  [
    'a data folder that is a file',
    ['run', 'f', '--data-dir', 'pipelines/f.yaml'],
    /f\.yaml is a file\.\s+.*--data-dir .*pipelines\./,
  ],
  ['an unknown format', ['table', 'f', '--format', 'word'], /no format word/],
])('%s is wrong input: exit code 2 and a message', async (_, args, message) => {
  const { code, stderr } = await new Project(failing()).retable(...args);
  expect(stderr).toMatch(message);
  expect(code).toBe(2);
});

test('a cache of a newer retable is no wrong input: exit code 1', async () => {
  const project = new Project({
    'pipelines/p.yaml': 'pipeline: p\nstages: {a: {uses: command, with: {run: "true"}}}\n',
  });
  await project.run('p');
  const index = new Database(project.path('cache/index.sqlite'));
  index.pragma('user_version = 99');
  index.close();
  const { code, stderr } = await project.retable('status', 'p');
  expect(stderr).toContain('Upgrade retable');
  expect(code).toBe(1);
});

test('a program that was stopped by its timeout has no result, even if it then exits with 0', async () => {
  const project = new Project({
    'pipelines/t.yaml': `pipeline: t
stages:
  polite: {uses: command, timeout: 1, with: {run: "trap 'exit 0' TERM; echo half > $RETABLE_OUTPUT/o; sleep 600 & wait"}}
`,
  });
  const { list, code } = await project.events('t');
  expect(code).toBe(1);
  expect(list.find(({ event }) => event === 'cell-failed')).toMatchObject({ reason: 'timeout' });
});

test('a kind that leaves its process before it is done has no result', async () => {
  const project = new Project({
    'pipelines/e.yaml': 'pipeline: e\nstages: {a: {uses: leaving}}\n',
    'stages/leaving.ts':
      "export default {\n  description: 'Leaves.',\n  parameters: { type: 'object', properties: {} },\n  inputs: {},\n  output: 'x',\n  async run() {\n    process.exit(0);\n  },\n};\n",
  });
  const { list } = await project.events('e');
  expect(list.find(({ event }) => event === 'cell-failed')).toMatchObject({ reason: 'ended-early' });
});

test('a file that is edited while a cell reads it is not kept under the key of its old content', async () => {
  const project = new Project({
    'pipelines/s.yaml':
      'pipeline: s\nstages:\n  a: {uses: command, with: {run: "touch started; until test -e go; do sleep 0.05; done; cat in.txt > $RETABLE_OUTPUT/o", files: [in.txt]}}\n',
    'in.txt': 'old',
  });
  const running = project.events('s');
  await project.appears('started');
  project.write('in.txt', 'new');
  project.write('go', '');
  const { list } = await running;
  expect(list.find(({ event }) => event === 'cell-failed')).toMatchObject({ reason: 'source-changed' });
  expect((await project.run('s')).executed).toBe(1);
});

test('a defect in one kind fails its cell with the stack, and the others go on', async () => {
  const project = new Project({
    'pipelines/d.yaml': 'pipeline: d\nstages:\n  a: {uses: odd}\n  b: {uses: command, with: {run: "true"}}\n',
    'stages/odd.ts':
      "export default {\n  description: 'Odd.',\n  parameters: { type: 'object', properties: {} },\n  inputs: {},\n  output: 'x',\n  program() {\n    throw new TypeError('odd');\n  },\n};\n",
  });
  const { list, code } = await project.events('d');
  expect(code).toBe(1);
  expect(list.find(({ event }) => event === 'cell-failed')).toMatchObject({
    cell: 'a',
    attempt: 1,
    reason: 'defect',
    message: expect.stringContaining('TypeError: odd'),
  });
  expect(list.at(-1)).toMatchObject({ event: 'run-finished', executed: 1, failed: 1 });
  // Nothing is left that the next run would take for cut off.
  expect((await project.events('d')).list.filter(({ event }) => event === 'notice')).toEqual([]);
});

test('a cell whose file is missing fails alone: the others run, the tables are printed, and plan says so before', async () => {
  const project = new Project({
    'pipelines/m.yaml':
      'pipeline: m\nstages:\n  a: {uses: command, with: {run: "true", files: [gone.txt]}}\n  b: {uses: command, with: {run: "echo \'{\\"x\\": 1}\' > $RETABLE_OUTPUT/values.json"}}\ntables:\n  main: {value: b.x}\n',
  });
  const { stdout, code } = await project.retable('run', 'm');
  expect(code).toBe(1);
  expect(stdout).toMatch(/failed\s+a: The file gone.txt was not found at/);
  expect(stdout).toContain('1.000 (1)');
  const { cells } = await project.json<{ cells: { id: string; reasons: { reason: string }[] }[] }>(
    'plan',
    'm',
  );
  expect(cells.find(({ id }) => id === 'a')?.reasons).toMatchObject([{ reason: 'blocked' }]);
});

test.each([['run', '--no-such-flag'], ['why'], ['graph', 'f', '--format', 'png'], ['nonsense']])(
  'wrong use of the command line (%s) exits with 2',
  async (...args) => {
    expect((await new Project(failing()).retable(...args)).code).toBe(2);
  },
);
