import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { Project } from '../support/project.ts';

const pipeline = (word: string) => `pipeline: p
profiles: {small: {}, large: {}}
stages:
  good: {uses: command, matrix: {n: [1, 2]}, with: {run: "echo ${word} \${{ matrix.n }}"}}
  bad: {uses: command, with: {run: "exit 3"}}
  after: {uses: command, needs: {bad: bad}, with: {run: "true"}}
`;

function lines({ stdout }: { stdout: string }): string[] {
  return stdout.trimEnd().split('\n');
}

test('status counts the cells of each stage by their state, and tells why cells failed', async () => {
  const project = new Project({ 'pipelines/p.yaml': pipeline('one') });
  const small = ['status', 'p', '--profile', 'small'];
  expect(lines(await project.retable(...small))).toEqual([
    'good: 2 waiting',
    'bad: 1 waiting',
    'after: 1 waiting',
  ]);
  await project.run('p', '--profile', 'small');
  const failed = "failed bad: It exited with 3. (retable logs 'bad')";
  const after = await project.retable(...small);
  expect(lines(after)).toEqual(['good: 2 done', 'bad: 1 failed', 'after: 1 waiting', failed]);
  // Asked about, not run: what failed is no failure of this command.
  expect(after.code).toBe(0);
  // Without a pipeline, the one that was run last, with its profile.
  expect(lines(await project.retable('status'))).toEqual(lines(after));
  // The cells are the same in the other profile. That of it which failed was not tried there.
  const large = lines(await project.retable('status', 'p', '--profile', 'large'));
  expect(large).toEqual(['good: 2 done', 'bad: 1 waiting', 'after: 1 waiting']);
});

test('status tells a result that no longer counts from one that was never there', async () => {
  const project = new Project({ 'pipelines/p.yaml': pipeline('one') });
  await project.run('p', '--profile', 'small', '--only', 'good[n=1]');
  project.write('pipelines/p.yaml', pipeline('two'));
  expect(lines(await project.retable('status'))[0]).toBe('good: 1 outdated, 1 waiting');
  interface Status {
    readonly pipeline: string;
    readonly profile: string;
    readonly cells: readonly { id: string; state: string }[];
  }
  expect(await project.json<Status>('status')).toEqual({
    pipeline: 'p',
    profile: 'small',
    cells: [
      { id: 'good[n=1]', stage: 'good', state: 'outdated' },
      { id: 'good[n=2]', stage: 'good', state: 'waiting' },
      { id: 'bad', stage: 'bad', state: 'waiting' },
      { id: 'after', stage: 'after', state: 'waiting' },
    ],
  });
});

test('status tells what runs now, and what a process that was killed has left', async () => {
  const project = new Project({
    'pipelines/p.yaml':
      'pipeline: p\nstages: {a: {uses: command, with: {run: "echo $$ > pid; exec sleep 60"}}}\n',
  });
  const { child, finished } = project.start(['run', 'p']);
  const state = async () => lines(await project.retable('status', 'p'));
  while (child.exitCode === null && project.lines('pid').length === 0) await delay(50);
  onTestFinished(() => void process.kill(Number(project.read('pid'))));
  expect(await state()).toEqual(['a: 1 running']);
  child.kill('SIGKILL');
  await finished;
  expect(await state()).toEqual(['a: 1 interrupted']);
});
