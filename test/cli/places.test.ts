import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { fill, makeReadOnly, mountSmallDisk } from '../support/disks.ts';
import { Project } from '../support/project.ts';
import { until } from '../support/until.ts';

const pipelines = {
  'pipelines/p.yaml': `pipeline: p
stages:
  a: {uses: command, with: {run: "echo hello; echo '{\\"x\\": 1}' > $RETABLE_OUTPUT/values.json"}}
tables:
  main: {value: a.x}
`,
};

const reading = [
  'plan p',
  'run p --dry-run',
  'status p',
  'table p',
  'why a p',
  'cache ls',
  'cache verify',
  'cache gc --dry-run',
  'validate p',
];

/** A kind of the project's own, which is bundled before it can be asked anything. */
const kind = {
  'stages/own.ts':
    "export default { description: 'Own.', parameters: { type: 'object', properties: {} }, inputs: {}, output: 'x', run: async () => {} };\n",
  'pipelines/p.yaml': 'pipeline: p\nstages:\n  a: {uses: own}\n',
};

test.each(reading)('%s makes no file and no folder where there is no cache', async (command) => {
  const project = new Project(kind);
  const { code, stderr } = await project.retable(...command.split(' '));
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(readdirSync(project.folder).sort()).toEqual(['pipelines', 'stages']);
});

test.for([...reading, 'logs a p'])('%s works on a cache that is read-only', async (command, context) => {
  const project = new Project(pipelines);
  await project.run('p');
  const before = await project.retable(...command.split(' '));
  if (!makeReadOnly(project.folder)) return context.skip('this user may not mount');
  const { code, stdout, stderr } = await project.retable(...command.split(' '));
  expect(stderr).toBe(before.stderr);
  expect(stdout).toBe(before.stdout);
  expect(code).toBe(0);
});

test('a run says of a read-only cache and of a read-only folder for results which one it is', async (context) => {
  const project = new Project(pipelines);
  await project.run('p');
  // A table that is the same already is not written.
  project.append('results/p/main.md', 'changed');
  if (!makeReadOnly(project.folder)) return context.skip('this user may not mount');
  const other = new Project({});
  const run = await project.retable('run', 'p', '--force', 'a');
  expect(run.stderr).toMatch(/cannot open the cache .*: it is read-only \(.*\)\n.*--cache DIR/);
  expect(run.code).toBe(1);
  const elsewhere = await project.retable('run', 'p', '--cache', other.path('cache'));
  expect(elsewhere.stderr).toMatch(/cannot write tables to .*: it is read-only \(.*\)\n.*--results DIR/);
  expect(elsewhere.code).toBe(1);
  // Node itself says that a new folder below it does not exist.
  const below = ['--cache', other.path('cache'), '--results', project.path('new/results')];
  expect((await project.retable('run', 'p', ...below)).stderr).toMatch(
    /cannot write tables to .*: it is read-only/,
  );
  const both = ['--cache', other.path('cache'), '--results', other.path('results')];
  expect((await project.retable('run', 'p', ...both)).code).toBe(0);
});

/** The user nobody, for whom this project's folder and packages are another user's. */
const NOBODY = ['--reuid=65534', '--regid=65534', '--clear-groups'];

test('a user who may not write beside the packages of retable can use it', (context) => {
  const project = new Project({
    'pipelines/d.yaml':
      'pipeline: d\nstages: {data: {uses: dataset, with: {name: digits, train: 20, test: 10}}}\n',
  });
  const asNobody = (...args: string[]) =>
    execFileSync('setpriv', [...NOBODY, process.execPath, ...args], {
      cwd: project.folder,
      encoding: 'utf8',
    });
  try {
    execFileSync('chown', ['-R', '65534:65534', project.folder], { stdio: 'ignore' });
    asNobody('-e', `require('node:fs').readdirSync(${JSON.stringify(resolve('.'))})`);
  } catch {
    return context.skip('this user may not act as another');
  }
  expect(asNobody(resolve('dist/retable.js'), 'plan', 'd')).toContain('1 to run');
  expect(readdirSync(project.folder)).toEqual(['pipelines']);
  expect(asNobody(resolve('dist/retable.js'), 'run', 'd')).toContain('1 executed');
});

test('a user who may not write to the project is told so, with the flags that name other places', (context) => {
  const project = new Project(pipelines);
  execFileSync('chmod', ['755', project.folder]);
  const asNobody = (...args: string[]) => {
    const line = [...NOBODY, process.execPath, resolve('dist/retable.js'), ...args];
    try {
      return execFileSync('setpriv', line, { cwd: project.folder, encoding: 'utf8', stdio: 'pipe' });
    } catch (error) {
      return (error as { stderr: string }).stderr;
    }
  };
  if (!asNobody('--version').match(/^\d/)) return context.skip('this user may not act as another');
  expect(asNobody('plan', 'p')).toContain('1 to run');
  expect(asNobody('run', 'p')).toMatch(
    /cannot open the cache .*: this user has no permission \(.*\)\n.*--cache DIR/,
  );
});

describe('a place that is not what it should be', () => {
  const long = 'n'.repeat(300);
  test.each([
    [['--cache', 'file'], /cannot open the cache .*: a file is in the way .*\n.*--cache DIR/],
    [['--results', 'file'], /cannot write tables to .*: a file is in the way .*\n.*--results DIR/],
    [['--cache', long], /cannot open the cache .*: its path, or a name in it, is too long .*\n.*--cache DIR/],
    [
      ['--results', long],
      /cannot write tables to .*: its path, or a name in it, is too long .*\n.*--results/,
    ],
    [['--results', 'taken'], /cannot write tables to .*: there is a folder where a file should be/],
    [['--data-dir', 'file'], /file is a file\.\n.*--data-dir/],
  ])('is told with the flag that names another: %s', async (flags, message) => {
    const project = new Project({ ...pipelines, file: '', 'taken/p/main.md/x': '' });
    const { code, stderr } = await project.retable('run', 'p', ...flags);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('defect');
    expect(code).not.toBe(0);
  });

  test('is told where a pipeline is a folder', async () => {
    const project = new Project({ 'pipelines/p.yaml/x': '' });
    const { code, stderr } = await project.retable('run', 'pipelines/p.yaml');
    expect(stderr).toMatch(/cannot read pipelines\/p\.yaml: there is a folder where a file should be/);
    expect(code).toBe(2);
  });

  test('is told where a file that a kind reads is a folder', async () => {
    const project = new Project({
      'pipelines/p.yaml': 'pipeline: p\nstages: {a: {uses: reader}}\n',
      'stages/reader.ts':
        "export default { description: 'Reads.', parameters: { type: 'object', properties: {} }, inputs: {}, output: 'x', sources: (_, { project }) => [{ name: 'data', path: project + '/data' }], run: async () => {} };\n",
      'data/x': '',
    });
    const { stdout } = await project.retable('run', 'p');
    expect(stdout).toMatch(/failed\s+a: .*data.*folder/);
    expect(stdout).not.toContain('defect');
  });
});

test('--cache, --results and --data-dir are relative to the current folder, like all paths', async () => {
  const project = new Project({ ...pipelines, 'below/data/x': '' });
  const line = '--cache c --results r --data-dir data';
  const { code } = await project.shell(`cd below && $RETABLE run p ${line}`).finished;
  expect(code).toBe(0);
  expect(readdirSync(project.path('below')).sort()).toEqual(['c', 'data', 'r']);
  await project.shell('cd below && $RETABLE run p').finished;
  expect(readdirSync(project.folder).sort()).toEqual(['below', 'cache', 'pipelines', 'results']);
});

test.for(['cache gc', 'run p --only a'])(
  '%s frees what a dead attempt left on a full disk',
  async (command, context) => {
    const disk = mountSmallDisk('2m');
    if (disk === undefined) return context.skip('this user may not mount a small file system');
    const project = new Project({
      'pipelines/p.yaml': `pipeline: p
stages:
  a: {uses: command, with: {run: "echo 1 > $RETABLE_OUTPUT/o"}}
  b: {uses: command, needs: {a: a}, with: {run: "head -c 1000000 /dev/zero > $RETABLE_OUTPUT/o; echo $$ > pid; exec sleep 60"}}
`,
    });
    const cache = join(disk, 'cache');
    const { child, finished } = project.start(['run', 'p', '--cache', cache]);
    await until(() => project.lines('pid').length > 0);
    onTestFinished(() => {
      try {
        process.kill(Number(project.read('pid')));
      } catch {
        // The run that followed has ended it.
      }
    });
    child.kill('SIGKILL');
    await finished;
    // The last to close the index removes its log: with no space left it can't be made again.
    await project.retable('cache', 'ls', '--cache', cache);
    fill(join(disk, 'fill'));
    const { stderr, code } = await project.retable(...command.split(' '), '--cache', cache);
    expect(stderr).not.toContain('error');
    expect(code).toBe(0);
    mkdirSync(join(disk, 'space'));
    writeFileSync(join(disk, 'space', 'file'), Buffer.alloc(500_000));
  },
);

test.for(['plan p', 'table p', 'logs a p', 'cache ls'])(
  '%s works on a full disk',
  async (command, context) => {
    const disk = mountSmallDisk('1m');
    if (disk === undefined) return context.skip('this user may not mount a small file system');
    const project = new Project(pipelines);
    const cache = ['--cache', join(disk, 'cache')];
    await project.run('p', ...cache);
    await project.retable('cache', 'ls', ...cache);
    fill(join(disk, 'fill'));
    const { stderr, code } = await project.retable(...command.split(' '), ...cache);
    expect(stderr).toBe('');
    expect(code).toBe(0);
  },
);
