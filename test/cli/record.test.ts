import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseRecord } from '../../src/verify/parse-record.ts';
import { counting, countingCells } from '../support/counting.ts';
import { Project } from '../support/project.ts';

const file = 'results/count/record.json';
const parsed = (project: Project) => parseRecord(project.read(file), file);

test('a run records each cell, with the same bytes in every place, and nothing of the machine or the hour', async () => {
  const project = new Project(counting);
  const { stdout } = await project.retable('run', 'count');
  expect(stdout).toContain(`results recorded in ${file}`);
  const { cells, pipeline } = parsed(project);
  expect(pipeline).toBe('count');
  expect(cells.map(({ id }) => id).sort()).toEqual(countingCells);
  const artifacts = cells.map((cell) => `${cell.id} ${cell.state === 'done' ? cell.artifact : ''}`);
  expect(artifacts.sort()).toEqual(await project.artifacts());
  expect(cells.find(({ id }) => id === 'check[seed=1,how=twice]')).toMatchObject({ values: { result: 222 } });
  const other = new Project(counting);
  await other.start(['run', 'count', '--jobs', '1'], { TZ: 'Asia/Tokyo', LC_ALL: 'de_DE.UTF-8' }).finished;
  expect(other.read(file)).toBe(project.read(file));
  expect(project.read(file)).not.toContain(project.folder);
});

test('a run that changes nothing does not touch the record, and a forced one neither', async () => {
  const project = new Project(counting);
  await project.retable('run', 'count');
  const before = statSync(project.path(file)).ino;
  expect((await project.retable('run', 'count')).stdout).not.toContain('recorded');
  await project.retable('run', 'count', '--force', 'sum');
  await project.retable('run', 'count', '--only', 'sum');
  // A file that is replaced is another one.
  expect(statSync(project.path(file)).ino).toBe(before);
  project.write(file, project.read(file).slice(0, -10));
  expect((await project.retable('run', 'count')).stdout).toContain('recorded');
  expect(parsed(project).cells).toHaveLength(10);
});

test('cells without a result are missing in the record until they have one', async () => {
  const project = new Project(counting);
  await project.retable('run', 'count', '--only', 'sum[seed=2]');
  const states = () => parsed(project).cells.map(({ id, state }) => `${id} ${state}`);
  expect(states().filter((text) => text.endsWith(' done'))).toEqual(['data done', 'sum[seed=2] done']);
  expect(states()).toContain('check[seed=1,how=once] missing');
  await project.retable('run', 'count');
  expect(states().filter((text) => text.endsWith(' done'))).toHaveLength(10);
});

test('a pipeline without tables is recorded too', async () => {
  const project = new Project({
    'pipelines/count.yaml':
      "pipeline: count\nstages:\n  a: {uses: command, with: {run: 'echo 1 > $RETABLE_OUTPUT/o', env: {API_KEY: hunter2}}}\n",
  });
  await project.retable('run', 'count');
  expect(parsed(project).cells).toMatchObject([{ id: 'a', state: 'done' }]);
  expect(project.read(file)).not.toContain('hunter2');
  const { stdout } = await project.retable('verify', 'count');
  expect(stdout).toContain('\n1 cell: 1 the same to the byte: verified');
});

test('the commit is recorded, a dirty tree is told, and a run after the commit puts this right', async () => {
  const project = new Project({ ...counting, '.gitignore': 'ran.txt\nsteps.txt\ncache/\n' });
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', project.folder, '-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  git('init', '-q');
  git('add', 'pipelines');
  git('commit', '-qm', 'Begin');
  await project.retable('run', 'count');
  expect(parsed(project).commit).toEqual({ id: git('rev-parse', 'HEAD'), dirty: true });
  // With the stages; what a run makes does not count.
  git('add', 'stages', 'src', '.gitignore');
  git('commit', '-qm', 'Add the stages');
  const clean = { id: git('rev-parse', 'HEAD'), dirty: false };
  await project.retable('run', 'count');
  expect(parsed(project).commit).toEqual(clean);
  // A commit that changes no result leaves the record as it is, so that it can be committed.
  git('add', '-f', file);
  git('commit', '-qm', 'Add the record');
  await project.retable('run', 'count');
  await project.retable('run', 'count', '--force', 'sum');
  expect(parsed(project).commit).toEqual(clean);
  expect(git('status', '--porcelain', '--', file)).toBe('');
});

test('the record is the only file of results that git sees with the lines of the manual', () => {
  const [, lines = ''] = /```\n(results\/\*\*\n[^`]*)```/.exec(readFileSync('docs/verify.md', 'utf8')) ?? [];
  expect(lines).not.toBe('');
  const project = new Project({
    '.gitignore': lines,
    'results/count/record.json': '{}',
    'results/count/main.md': 'x',
    'results/mixacm/quick/record.json': '{}',
    'results/mixacm/quick/main.tex': 'x',
  });
  execFileSync('git', ['init', '-q', project.folder]);
  const seen = execFileSync('git', ['-C', project.folder, 'ls-files', '--others', '--exclude-standard'], {
    encoding: 'utf8',
  });
  expect(seen.trim().split('\n')).toEqual([
    '.gitignore',
    'results/count/record.json',
    'results/mixacm/quick/record.json',
  ]);
});

test('a table cannot be called record, because the record has that file', async () => {
  const project = new Project(counting);
  project.append('pipelines/count.yaml', '  Record: {value: sum.result, rows: seed}\n');
  const { code, stderr, stdout } = await project.retable('validate', 'count');
  expect(code).toBe(2);
  expect(stdout + stderr).toContain("a table cannot be called 'Record'");
});
