import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { counting } from '../support/counting.ts';
import { Project } from '../support/project.ts';

/** A process and all below it, as `ps` sees them now. */
function family(root: number): number[] {
  const rows = execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' });
  const pairs = rows
    .trim()
    .split('\n')
    .map((row) => row.trim().split(/\s+/).map(Number));
  const found = [root];
  for (const pid of found)
    found.push(...pairs.flatMap(([child = 0, parent]) => (parent === pid ? [child] : [])));
  return found;
}

function killAll(root: number): void {
  for (const pid of family(root)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
}

/** Artifact digest of every cell, and the table. */
async function state(project: Project) {
  const { cells } = await project.json<{ cells: { cell: string; artifact: string }[] }>('cache', 'ls');
  const artifacts = cells.map(({ cell, artifact }) => `${cell} ${artifact}`).sort();
  return { artifacts, table: readFileSync(project.path('results/count/main.md'), 'utf8') };
}

async function undisturbed() {
  const project = new Project(counting);
  await project.run('count');
  return state(project);
}

/** Moments after the start of a run, in milliseconds, spread over its whole length by a fixed rule. */
const moments = Array.from({ length: 12 }, (_, i) => 150 + ((i * 389) % 1300));

test('kill -9 of the scheduler and its children, at any moment and again and again, costs no result and changes none', async () => {
  const expected = await undisturbed();
  const project = new Project(counting);
  for (const moment of moments) {
    const { child, finished } = project.start(['run', 'count']);
    await delay(moment);
    killAll(child.pid ?? 0);
    await finished;
  }
  const { code } = await project.retable('run', 'count');
  expect(code).toBe(0);
  expect(await state(project)).toEqual(expected);
}, 120_000);

test('after each kill -9 a plain run ends as an undisturbed one, and what was finished is not run again', async () => {
  const expected = await undisturbed();
  for (const moment of moments) {
    const project = new Project(counting);
    const { child, finished } = project.start(['run', 'count', '--json']);
    await delay(moment);
    killAll(child.pid ?? 0);
    const finishedBefore = [
      ...(await finished).stdout.matchAll(/"event":"cell-finished","cell":"([^"]+)"/g),
    ].map((match) => match[1]);
    const again = await project.executed('count');
    expect(again.filter((cell) => finishedBefore.includes(cell))).toEqual([]);
    expect(await state(project)).toEqual(expected);
  }
}, 240_000);

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
