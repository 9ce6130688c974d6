import { describe, expect, test } from 'vitest';
import { Project } from '../support/project.ts';

const pipeline = (parameters: string) =>
  `pipeline: c\nstages:\n  a:\n    uses: command\n    with:\n${parameters.replace(/^/gm, '      ')}\n`;

const done = { executed: 1, cached: 0, failed: 0, skipped: 0, code: 0 };
const cached = { ...done, executed: 0, cached: 1 };
const failed = { ...done, executed: 0, failed: 1, code: 1 };

test('of several lines the first one that fails ends the program', async () => {
  const project = new Project({
    'pipelines/c.yaml': pipeline('run: |\n  echo before >> said.txt\n  false\n  echo after >> said.txt'),
  });
  expect(await project.run('c')).toEqual(failed);
  expect(project.lines('said.txt')).toEqual(['before']);
});

test('a list can start a shell that watches all parts of a pipe, as the manual says', async () => {
  const project = new Project({
    'pipelines/c.yaml': pipeline('run: [bash, -euo, pipefail, -c, "false | cat"]'),
  });
  expect(await project.run('c')).toEqual(failed);
});

test('env takes numbers, true and false as YAML has them', async () => {
  const project = new Project({
    'pipelines/c.yaml': pipeline(
      'run: echo "$PORT $RATE $FLAG $TEXT" > said.txt\nenv: {PORT: 8080, RATE: 1e-7, FLAG: true, TEXT: "010"}',
    ),
  });
  expect(await project.run('c')).toEqual(done);
  expect(project.lines('said.txt')).toEqual(['8080 1e-7 true 010']);
});

test('env cannot give the variables that retable sets', async () => {
  const project = new Project({ 'pipelines/c.yaml': pipeline('run: x\nenv: {RETABLE_OUTPUT: x}') });
  const { code, stderr } = await project.retable('validate', 'c');
  expect(code).toBe(2);
  expect(stderr).toContain("'RETABLE_OUTPUT' cannot be a key of 'env'");
  expect(stderr).toContain('pipelines/c.yaml:7:13');
});

test('a change, a new file or a new name below a folder runs the cell again, and nothing else does', async () => {
  const project = new Project({
    'pipelines/c.yaml': pipeline(
      'run: mkdir -p src/__pycache__; date >> src/__pycache__/x.pyc\nfiles: [src, "*.cfg"]',
    ),
    'src/a.py': 'a',
    'b.cfg': 'b',
  });
  expect(await project.run('c')).toEqual(done);
  project.write('other.txt', 'x');
  expect(await project.run('c')).toEqual(cached);
  project.write('src/deep/c.py', 'c');
  expect((await project.retable('why', 'a', 'c')).stdout).toContain('sources.src/deep/c.py: (none) → ');
  expect(await project.run('c')).toEqual(done);
  project.write('b.cfg', 'other');
  expect(await project.run('c')).toEqual(done);
  expect(await project.run('c')).toEqual(cached);
});

test('a glob that matches nothing is told before anything runs', async () => {
  const project = new Project({ 'pipelines/c.yaml': pipeline('run: "true"\nfiles: ["src/*.py"]') });
  const { stdout, stderr, code } = await project.retable('run', 'c');
  expect(code).toBe(1);
  expect(stdout + stderr).toContain('src/*.py matches no files.');
});

describe('env-keys', () => {
  const withKeys = () =>
    new Project({ 'pipelines/c.yaml': pipeline('run: "true"\nenv-keys: [DEVICES, UNUSUAL_TOKEN]') });
  const run = async (project: Project, env: Record<string, string>) => {
    const { stdout } = await project.start(['run', 'c', '--json'], env).finished;
    const { executed } = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
    return executed;
  };

  test('another value runs the cell again; not set is another value than empty', async () => {
    const project = withKeys();
    expect(await run(project, {})).toBe(1);
    expect(await run(project, { DEVICES: '' })).toBe(1);
    expect(await run(project, { DEVICES: '0' })).toBe(1);
    expect(await run(project, { DEVICES: '0', OTHER: 'x' })).toBe(0);
    expect(await run(project, { DEVICES: '' })).toBe(0);
    expect(await run(project, {})).toBe(0);
  });

  test('the name of what changed is told, and its value is kept nowhere', async () => {
    const project = withKeys();
    const secret = 'hunter2-hunter2';
    await run(project, { UNUSUAL_TOKEN: secret });
    const { stdout } = await project.retable('why', 'a', 'c');
    expect(stdout).toMatch(/sources\.\$UNUSUAL_TOKEN: [0-9a-f]{12} → \(none\)/);
    expect(stdout).not.toContain('DEVICES');
    const { stdout: found } = await project.start(['why', 'a', 'c', '--json']).finished;
    expect(found).not.toContain(secret);
    const { execFileSync } = await import('node:child_process');
    const grep = () => execFileSync('grep', ['-r', secret, project.folder], { encoding: 'utf8' });
    expect(grep).toThrow(expect.objectContaining({ status: 1 }));
  });
});
