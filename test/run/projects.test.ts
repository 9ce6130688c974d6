import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Project } from '../support/project.ts';

/** A pipeline of one cell that says a word. */
const saying = (word: string, pipeline = 'say') =>
  JSON.stringify({
    pipeline,
    stages: {
      say: { uses: 'command', with: { run: 'echo "$WORD" | tee $RETABLE_OUTPUT/word', env: { WORD: word } } },
    },
  });

function twoOnOneCache() {
  const cache = mkdtempSync(join(tmpdir(), 'retable-shared-'));
  onTestFinished(() => rmSync(cache, { recursive: true, force: true }));
  const [ours, theirs] = ['ours', 'theirs'].map(
    (word) => new Project({ 'pipelines/say.yaml': saying(word) }),
  );
  if (!ours || !theirs) throw new Error('two projects');
  return { cache, ours, theirs };
}

test('a copy of a project runs its own pipeline, not that of the original', async () => {
  const original = new Project({ 'pipelines/say.yaml': saying('original') });
  await original.run('say');
  const copy = new Project({});
  cpSync(original.folder, copy.folder, { recursive: true });
  copy.write('pipelines/say.yaml', saying('copy'));
  copy.write('pipelines/other.yaml', saying('x', 'other'));
  expect((await copy.retable('why', 'say')).stdout).toMatch(/original.* → .*copy/);
  expect((await copy.retable('run')).code).toBe(0);
  expect((await copy.retable('logs', 'say')).stdout).toBe('copy\n');
  expect((await original.retable('logs', 'say')).stdout).toBe('original\n');
});

test('a copy of a project knows what it ran before, and data within it are its own', async () => {
  const original = new Project({ 'pipelines/say.yaml': saying('original'), 'data/x': '' });
  await original.retable('run', 'say', '--data-dir', 'data');
  const copy = new Project({});
  cpSync(original.folder, copy.folder, { recursive: true });
  rmSync(original.folder, { recursive: true });
  expect((await copy.retable('why', 'say')).stdout).toContain('nothing it depends on has changed');
  expect((await copy.retable('logs', 'say')).stdout).toBe('original\n');
});

test('projects on one cache do not see what others ran, nor the values of their environment', async () => {
  const { cache, ours, theirs } = twoOnOneCache();
  await theirs.run('say', '--cache', cache);
  const why = await ours.retable('why', 'say', 'say', '--cache', cache);
  expect(why.stdout).toContain('it has not run before');
  expect(why.stdout).not.toContain('theirs');
  const plan = await ours.retable('plan', 'say', '--cache', cache);
  expect(plan.stdout).not.toContain('theirs');
  expect((await ours.retable('logs', 'say', 'say', '--cache', cache)).stderr).toContain('has not run');
});

test('projects on one cache share what is the same', async () => {
  const { cache, ours, theirs } = twoOnOneCache();
  theirs.write('pipelines/say.yaml', saying('ours'));
  expect(await theirs.run('say', '--cache', cache)).toMatchObject({ executed: 1 });
  expect(await ours.run('say', '--cache', cache)).toMatchObject({ executed: 0, cached: 1 });
});

test('cache gc leaves what other projects use, and takes it where it is told to', async () => {
  const { cache, ours, theirs } = twoOnOneCache();
  await theirs.run('say', '--cache', cache);
  theirs.write('pipelines/say.yaml', saying('theirs, newer'));
  await theirs.run('say', '--cache', cache);
  expect((await ours.retable('cache', 'gc', '--cache', cache, '--keep-runs', '0')).stdout).not.toContain(
    'cell',
  );
  expect((await theirs.retable('logs', 'say', 'say', '--cache', cache)).stdout).toBe('theirs, newer\n');
  expect(await theirs.run('say', '--cache', cache)).toMatchObject({ executed: 0 });
  const all = await ours.retable('cache', 'gc', '--cache', cache, '--keep-runs', '0', '--all-projects');
  expect(all.stdout).toContain('cell     say');
  expect(await theirs.run('say', '--cache', cache)).toMatchObject({ executed: 1 });
});

test('what a project stops using is freed once no project uses it', async () => {
  const { cache, ours, theirs } = twoOnOneCache();
  theirs.write('pipelines/say.yaml', saying('ours'));
  for (const project of [ours, theirs]) await project.run('say', '--cache', cache);
  const gc = (project: Project) => project.retable('cache', 'gc', '--cache', cache, '--keep-runs', '0');
  ours.write('pipelines/say.yaml', saying('else'));
  expect((await gc(ours)).stdout).not.toContain('cell');
  theirs.write('pipelines/say.yaml', saying('else'));
  expect((await gc(theirs)).stdout).toContain('cell     say');
});

test('a cell that is new in its pipeline has not run before, whatever those of other pipelines are called', async () => {
  const project = new Project({ 'pipelines/say.yaml': saying('one') });
  await project.run('say');
  project.write('pipelines/new.yaml', saying('two', 'new'));
  expect((await project.retable('why', 'say', 'new')).stdout).toContain('it has not run before');
});

test('after the index was rebuilt, a cell is still compared with what it was in its own pipeline', async () => {
  const project = new Project({
    'pipelines/say.yaml': saying('one'),
    'pipelines/new.yaml': saying('x', 'new'),
  });
  await project.run('say');
  for (const suffix of ['', '-wal', '-shm'])
    rmSync(project.path(`cache/index.sqlite${suffix}`), { force: true });
  project.write('pipelines/say.yaml', saying('two'));
  expect((await project.retable('why', 'say', 'say')).stdout).toMatch(/one.* → .*two/);
  expect((await project.retable('why', 'say', 'new')).stdout).toContain('it has not run before');
});

test('cache gc keeps what a run with --set made after plain runs, as long as runs are kept', async () => {
  const project = new Project({
    'pipelines/p.yaml':
      'pipeline: p\nparams: {x: 1}\nstages: {a: {uses: command, with: {run: [echo, "$' +
      '{{ params.x }}"]}}}\n',
  });
  await project.run('p', '--set', 'x=2');
  for (const _ of [1, 2, 3, 4]) await project.run('p');
  expect((await project.retable('cache', 'gc')).stdout).not.toContain('cell');
  expect(await project.run('p', '--set', 'x=2')).toMatchObject({ executed: 0 });
  expect((await project.retable('cache', 'gc', '--keep-runs', '0')).stdout).toContain('cell     a');
});

test('cache gc frees the logs of cells that nothing refers to any more', async () => {
  const project = new Project({ 'pipelines/say.yaml': saying('one') });
  await project.run('say');
  const first = readdirSync(project.path('cache/attempts'));
  project.write('pipelines/say.yaml', saying('two'));
  await project.run('say');
  await project.retable('cache', 'gc', '--keep-runs', '1');
  expect(first.some((name) => existsSync(project.path(`cache/attempts/${name}`)))).toBe(false);
  expect((await project.retable('logs', 'say')).stdout).toBe('two\n');
});

test('cache gc says nothing of pipelines that nobody ran', async () => {
  const project = new Project({ 'pipelines/say.yaml': saying('one') });
  await project.run('say');
  const { stderr, code } = await project.retable('cache', 'gc');
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
});
