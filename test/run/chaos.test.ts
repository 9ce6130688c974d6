import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { counting } from '../support/counting.ts';
import { family, killAll } from '../support/processes.ts';
import { Project } from '../support/project.ts';
import { until } from '../support/until.ts';

/** Artifact digest of every cell, and the table. */
async function state(project: Project) {
  const artifacts = await project.artifacts();
  return { artifacts, table: readFileSync(project.path('results/count/main.md'), 'utf8') };
}

let undisturbedState: ReturnType<typeof state> | undefined;

/** The state after a run that nothing happened to. */
function undisturbed() {
  undisturbedState ??= (async () => {
    const project = new Project(counting);
    await project.run('count');
    return state(project);
  })();
  return undisturbedState;
}

/** How far a run has come: what its cells have written down, from 0 to 40 lines. */
function work(project: Project): number {
  return project.lines('ran.txt').length + project.lines('steps.txt').length;
}

/** Kills a run with all its processes after so many more lines of work, and a moment; or lets it end before. */
async function kill(project: Project, lines: number, moment: number) {
  const before = work(project);
  const { child, finished } = project.start(['run', 'count', '--json']);
  let ended = false;
  void finished.then(() => (ended = true));
  await until(() => ended || work(project) >= before + lines);
  await delay(moment);
  if (!ended) killAll(family(child.pid ?? 0));
  return finished;
}

/** Moments in milliseconds, so that kills also fall between two lines of work. */
const moments = [0, 90, 40, 10, 130, 60, 20, 110, 30, 80, 50, 150];

test('kill -9 of the scheduler and its children, at any moment and again and again, costs no result and changes none', async () => {
  const expected = await undisturbed();
  const project = new Project(counting);
  for (const [at, moment] of moments.entries()) await kill(project, (at * 5) % 7, moment);
  const { code } = await project.retable('run', 'count');
  expect(code).toBe(0);
  expect(await state(project)).toEqual(expected);
});

test('after each kill -9 a plain run ends as an undisturbed one, and what was finished is not run again', async () => {
  const expected = await undisturbed();
  for (const [at, moment] of moments.entries()) {
    const project = new Project(counting);
    const { stdout } = await kill(project, Math.round((at * 40) / moments.length), moment);
    const finishedBefore = [...stdout.matchAll(/"event":"cell-finished","cell":"([^"]+)"/g)].map(
      (match) => match[1],
    );
    const again = await project.executed('count');
    expect(again.filter((cell) => finishedBefore.includes(cell))).toEqual([]);
    expect(await state(project)).toEqual(expected);
  }
});

/** Every place between two durable steps of a publication, as the cache names them, early and late in the run. */
const steps = [
  'hashed',
  'contents-synced',
  'content-stored',
  'records-written',
  'folders-synced',
  'index-written',
  'index-committed',
];

test.each(steps.flatMap((step) => [`${step}:1`, `${step}:4`]))(
  'a crash at the durable step %s leaves a state that the next run completes',
  async (at) => {
    const expected = await undisturbed();
    const project = new Project(counting);
    const { code } = await project.start(['run', 'count'], { RETABLE_CRASH_AT: at }).finished;
    expect(code).toBe(null);
    expect((await project.retable('run', 'count')).code).toBe(0);
    expect(await state(project)).toEqual(expected);
  },
);
