import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { describe, expect, test } from 'vitest';
import { counting } from '../support/counting.ts';
import { Project } from '../support/project.ts';

const simple = {
  'pipelines/p.yaml': `pipeline: p
stages:
  a: {uses: command, with: {run: "echo '{\\"x\\": 1}' > $RETABLE_OUTPUT/values.json"}}
tables:
  main: {value: a.x}
`,
};

interface Config {
  readonly project: string;
  readonly settings: Readonly<Record<string, { value: unknown; by: string; source: string }>>;
}

function configOf(project: Project, flags: readonly string[], env: Readonly<Record<string, string>>) {
  return project.start(['config', ...flags, '--json'], env).finished;
}

const FLAGS = [
  '--cache',
  'cf',
  '--data-dir',
  'df',
  '--results',
  'rf',
  '--engine',
  'tensorflow',
  '--jobs',
  '2',
];
const VARIABLES = {
  RETABLE_CACHE: 'cv',
  RETABLE_DATA_DIR: 'dv',
  RETABLE_RESULTS: 'rv',
  RETABLE_ENGINE: 'onnx-cuda',
  RETABLE_JOBS: '3',
};
const FILE = 'cache: cy\ndata: dy\nresults: ry\nengine: cpu\njobs: 4\n';

describe('what counts', () => {
  test('is the flag, else the variable, else the file, else the default; paths start where they are given', async () => {
    const project = new Project({ ...simple, 'below/x': '' });
    const below = new Project({});
    const settings = async (flags: readonly string[], env: Readonly<Record<string, string>>) => {
      const args = ['config', ...flags, '--json'].join(' ');
      const { stdout } = await project.shell(`cd below && $RETABLE ${args}`, 'sh', env).finished;
      const config = JSON.parse(stdout) as Config;
      expect(config.project).toBe(project.folder);
      return Object.entries(config.settings).map(([name, { value, source }]) => [
        name,
        typeof value === 'string' ? value.replace(`${project.folder}/`, '') : value,
        source,
      ]);
    };
    expect(await settings([], {})).toEqual([
      ['cache', 'cache', 'default'],
      ['data', null, 'default'],
      ['results', 'results', 'default'],
      ['engine', 'onnx', 'default'],
      ['jobs', availableParallelism(), 'default'],
    ]);
    project.write('retable.yaml', FILE);
    const file = `${project.folder}/retable.yaml`;
    expect(await settings([], {})).toEqual([
      ['cache', 'cy', `${file}:1:1`],
      ['data', 'dy', `${file}:2:1`],
      ['results', 'ry', `${file}:3:1`],
      ['engine', 'cpu', `${file}:4:1`],
      ['jobs', 4, `${file}:5:1`],
    ]);
    expect(await settings([], VARIABLES)).toEqual([
      ['cache', 'below/cv', 'RETABLE_CACHE'],
      ['data', 'below/dv', 'RETABLE_DATA_DIR'],
      ['results', 'below/rv', 'RETABLE_RESULTS'],
      ['engine', 'onnx-cuda', 'RETABLE_ENGINE'],
      ['jobs', 3, 'RETABLE_JOBS'],
    ]);
    expect(await settings(FLAGS, VARIABLES)).toEqual([
      ['cache', 'below/cf', '--cache'],
      ['data', 'below/df', '--data-dir'],
      ['results', 'below/rf', '--results'],
      ['engine', 'tensorflow', '--engine'],
      ['jobs', 2, '--jobs'],
    ]);
    expect(existsSync(below.path('cache'))).toBe(false);
  });

  test('is each setting for itself, and a variable that is empty is not set', async () => {
    const project = new Project({ ...simple, 'retable.yaml': FILE });
    const { stdout } = await configOf(project, ['--jobs', '2'], { RETABLE_CACHE: '', RETABLE_RESULTS: '/r' });
    const { settings } = JSON.parse(stdout) as Config;
    expect(Object.entries(settings).map(([name, { by }]) => [name, by])).toEqual([
      ['cache', 'file'],
      ['data', 'file'],
      ['results', 'variable'],
      ['engine', 'file'],
      ['jobs', 'flag'],
    ]);
  });

  test('is shown to a person, a setting a line', async () => {
    const project = new Project({ ...simple, 'retable.yaml': 'jobs: 4\n' });
    const { finished } = project.start(['config', '--engine', 'cpu'], { RETABLE_RESULTS: '/r' });
    const { stdout } = await finished;
    const words = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/));
    expect(words).toEqual([
      ['project', project.folder],
      ['cache', project.path('cache'), 'default'],
      ['data', 'none', 'default'],
      ['results', '/r', 'RETABLE_RESULTS'],
      ['engine', 'cpu', '--engine'],
      ['jobs', '4', 'retable.yaml:1:1'],
    ]);
  });
});

test('a run keeps its results and tables where the file says, and the other commands find them there', async () => {
  const project = new Project({
    ...simple,
    'retable.yaml': 'cache: kept/cache\nresults: kept/tables\njobs: 1\n',
  });
  const { list } = await project.events('p');
  expect(list[0]).toMatchObject({ event: 'run-started', jobs: 1 });
  expect(readdirSync(project.folder).sort()).toEqual(['kept', 'pipelines', 'retable.yaml']);
  expect(readdirSync(project.path('kept/tables/p'))).toContain('main.md');
  expect((await project.retable('plan')).stdout).toContain('0 to run, 1 cached');
  expect((await project.retable('cache', 'ls')).stdout).toContain(
    `1 results in ${project.path('kept/cache')}`,
  );
});

test('the keys of cells do not depend on the file, but for an engine', async () => {
  const project = new Project({ ...counting, 'data/x': '', 'elsewhere/x': '' });
  const keys = async () => {
    const { cells } = await project.json<{ cells: { id: string; fingerprint: string }[] }>(
      'plan',
      'count',
      '--force',
      'data',
    );
    return cells.map(({ id, fingerprint }) => [id, fingerprint]);
  };
  const plain = await project.json<{ cells: { fingerprint: string }[] }>('plan', 'count');
  await project.run('count');
  const before = await keys();
  expect(plain.cells).toHaveLength(before.length);
  project.write(
    'retable.yaml',
    '# Settings\ncache: elsewhere/cache\nresults: elsewhere\ndata: data\njobs: 1\n',
  );
  expect((await project.run('count')).executed).toBe(before.length);
  expect(await keys()).toEqual(before);
});

describe('a setting that is wrong is told with its name', () => {
  test.each([
    [{ RETABLE_JOBS: '0' }, [], /^error: RETABLE_JOBS takes a whole number from 1, not 0\.\n$/],
    [{ RETABLE_JOBS: 'all' }, [], /^error: RETABLE_JOBS takes a whole number from 1, not all\.\n$/],
    [
      { RETABLE_ENGINE: 'onx' },
      [],
      /^error: RETABLE_ENGINE: there is no engine 'onx'\.\n {2}did you mean 'onnx'\?\n$/,
    ],
    [{ RETABLE_CACHE: 'file' }, [], /^error: RETABLE_CACHE must name a folder, but .*\/file is a file\.\n$/],
    [
      { RETABLE_RESULTS: 'file' },
      [],
      /^error: RETABLE_RESULTS must name a folder, but .*\/file is a file\.\n$/,
    ],
    [
      { RETABLE_DATA_DIR: 'file' },
      [],
      /^error: RETABLE_DATA_DIR must name a folder, but .*\/file is a file\.\n$/,
    ],
    [
      { RETABLE_DATA_DIR: 'no' },
      [],
      /^error: There is no folder .*\/no\.\n {2}RETABLE_DATA_DIR=.*\/no must name the folder/,
    ],
    [{}, ['--jobs', '0'], /^error: --jobs takes a whole number from 1, not 0\.\n$/],
    [{}, ['--engine', 'onx'], /^error: --engine: there is no engine 'onx'\.\n {2}did you mean 'onnx'\?\n$/],
    [{}, ['--results', ''], /^error: --results needs the path of a folder\.\n$/],
    [
      {},
      ['--data-dir', 'no'],
      /^error: There is no folder .*\/no\.\n {2}--data-dir .*\/no must name the folder/,
    ],
  ])('%j %j', async (env, flags, message) => {
    const project = new Project({ ...simple, file: '' });
    const { code, stderr } = await project.start(['run', 'p', ...flags], env).finished;
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
    expect(readdirSync(project.folder).sort()).toEqual(['file', 'pipelines']);
  });

  test('with the place in the file where it is there', async () => {
    const project = new Project({ ...simple, 'retable.yaml': 'jobs: 2\ndata: no\n' });
    const { stderr } = await project.retable('plan', 'p');
    expect(stderr).toMatch(
      /There is no folder .*\/no\.\n {2}data: .*\/no \(retable\.yaml:2:1\) must name the folder/,
    );
    project.write('retable.yaml', `jobs: ${availableParallelism() + 1}`);
    const { stdout } = await project.retable('run', 'p');
    expect(stdout).toMatch(/note: jobs: \d+ \(retable\.yaml:1:1\) starts no more than/);
  });

  test.each(['run p', 'validate p', 'graph p', 'config', 'cache ls', 'engines'])(
    'by %s, with line and column for a mistake of the file',
    async (command) => {
      const project = new Project({ ...simple, 'retable.yaml': 'jobs: 2\ncahce: c\n' });
      const { code, stderr } = await project.retable(...command.split(' '));
      expect(stderr).toMatch(/^error: The settings have mistakes:\n\nretable\.yaml:2:1: error: .*'cahce'/);
      expect(stderr).toMatch(/did you mean 'cache'\?/);
      expect(code).toBe(2);
    },
  );

  test('where the file has the other ending of YAML, which is not read, or is a folder', async () => {
    const other = await new Project({ ...simple, 'retable.yml': 'jobs: 1\n' }).retable('config');
    expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining('must be called retable.yaml') });
    const folder = await new Project({ ...simple, 'retable.yaml/x': '' }).retable('config');
    expect(folder.stderr).toMatch(
      /^error: cannot read retable\.yaml: there is a folder where a file should be/,
    );
  });

  test('and a variable whose name is misspelt is told with the one that may be meant', async () => {
    const { finished } = new Project(simple).start(['config'], { RETABLE_JOB: '1', RETABLE_RESULTS: 'r' });
    expect((await finished).stderr).toBe(
      "note: RETABLE_JOB means nothing to retable: did you mean 'RETABLE_JOBS'?\n",
    );
  });
});

describe('the default engine', () => {
  const tensor = {
    'pipelines/t.yaml': 'pipeline: t\nstages:\n  a: {uses: own}\n',
    'stages/own.ts': `export default {
  description: 'Computes.', usesEngine: true, parameters: { type: 'object', properties: {} }, inputs: {}, output: 'x',
  run: async ({ values }) => values({ x: 1 }),
};
`,
  };

  test('of the file is that of plan, run and engines; with and without it are different runs', async () => {
    const project = new Project({ ...tensor, 'retable.yaml': 'engine: cpu\n' });
    const { list } = await project.events('t');
    expect(list[0]).toMatchObject({ engine: 'cpu' });
    expect((await project.retable('engines')).stdout).toMatch(
      /^\* cpu .*\n\n\* chosen by retable\.yaml:1:1;/m,
    );
    // The file speaks for itself each time: the last run does not keep what it said.
    project.write('retable.yaml', '');
    expect((await project.retable('plan')).stdout).toContain('1 to run');
    expect((await project.events('t')).list[0]).toMatchObject({ engine: 'onnx' });
    // Neither the one nor the other pushes out of the index what the last run of the other kind refers to.
    const { freed } = await project.json<{ freed: { what: string }[] }>(
      'cache',
      'gc',
      '--dry-run',
      '--keep-runs',
      '1',
    );
    expect(freed.filter(({ what }) => what === 'cell')).toEqual([]);
    project.write('retable.yaml', 'engine: cpu\n');
    expect((await project.retable('plan')).stdout).toContain('0 to run');
  });

  test('of the file does not overrule the flag of the last run', async () => {
    const project = new Project({ ...tensor, 'retable.yaml': 'engine: onnx\n' });
    await project.run('t', '--engine', 'cpu');
    expect((await project.retable('plan')).stdout).toContain('0 to run');
    expect((await project.retable('plan', 't')).stdout).toContain('1 to run');
  });
});

test('cache gc keeps what was made of data whose folder the file names', async () => {
  const project = new Project({
    'pipelines/p.yaml': 'pipeline: p\nstages: {a: {uses: reader}}\n',
    'stages/reader.ts': `export default {
  description: 'Reads.', parameters: { type: 'object', properties: {} }, inputs: {}, output: 'x',
  sources: (_, { dataDir }) => [{ name: 'data', path: (dataDir ?? '/nowhere') + '/x' }], run: async () => {},
};
`,
    'mine/x': '1',
    'flagged/x': '2',
    'retable.yaml': 'data: mine\n',
  });
  expect((await project.run('p')).executed).toBe(1);
  expect((await project.run('p', '--data-dir', 'flagged')).executed).toBe(1);
  const { freed } = await project.json<{ freed: { what: string }[] }>('cache', 'gc', '--keep-runs', '0');
  expect(freed.filter(({ what }) => what === 'cell')).toHaveLength(1);
  expect((await project.run('p')).cached).toBe(1);
});
