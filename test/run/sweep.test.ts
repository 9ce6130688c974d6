import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { family, killAll } from '../support/processes.ts';
import { Project } from '../support/project.ts';
import { sweeping } from '../support/sweeping.ts';
import { until } from '../support/until.ts';

interface Listed {
  readonly choice: number | null;
  readonly trials: readonly {
    readonly trial: number;
    readonly point: Readonly<Record<string, unknown>>;
    readonly scores: readonly (number | 'diverged' | null)[];
    readonly state: string;
  }[];
}

const trials = (project: Project) => project.json<Listed>('sweep', 'sweep', 'tune');

/** The artifact of every cell, the record of the sweep, and the table. */
async function state(project: Project) {
  const { cells } = await project.json<{ cells: { fingerprint: string; artifact: string }[] }>('cache', 'ls');
  const artifacts = cells.map(({ fingerprint, artifact }) => `${fingerprint} ${artifact}`).sort();
  return { artifacts, trials: await trials(project), table: project.read('results/sweep/main.md') };
}

/** What a sweep by a rule ends in if nothing happens to it. */
const undisturbed = new Map<string, ReturnType<typeof state>>();
function undisturbedState(rule: string): ReturnType<typeof state> {
  const known = undisturbed.get(rule) ?? finished(sweeping({ rule }), ['--jobs', '1']).then(state);
  undisturbed.set(rule, known);
  return known;
}

async function finished(files = sweeping(), args: readonly string[] = [], env: Record<string, string> = {}) {
  const project = new Project(files);
  const run = await project.start(['run', 'sweep', ...args], env).finished;
  expect(run.code, run.stderr).toBe(0);
  return project;
}

test.each(['halving', 'asha'])(
  'a sweep by %s makes the same bytes with any number of jobs and any time that its cells take',
  async (rule) => {
    const files = sweeping({ rule });
    const expected = await undisturbedState(rule);
    for (const [jobs, delays] of [
      ['2', '1'],
      ['4', '7'],
      ['4', '13'],
    ] as const)
      expect(await state(await finished(files, ['--jobs', jobs], { DELAYS: delays }))).toEqual(expected);
  },
);

test('after 20 times kill -9 at any moment, a sweep ends with the bytes of an undisturbed one', async () => {
  const expected = await undisturbedState('halving');
  const project = new Project(sweeping());
  const ran = () => project.lines('ran.txt').length;
  for (let kill = 0; kill < 20; kill++) {
    const before = ran();
    const { child, finished: end } = project.start(['run', 'sweep']);
    let ended = false;
    void end.then(() => (ended = true));
    await until(() => ended || ran() > before);
    await delay((kill * 37) % 120);
    if (!ended) killAll(family(child.pid ?? 0));
    await end;
  }
  expect((await project.retable('run', 'sweep')).code).toBe(0);
  expect(await state(project)).toEqual(expected);
});

test('a later stage has the chosen values and the best trial, and its table says that they were chosen', async () => {
  const project = await finished();
  const { choice, trials: all } = await trials(project);
  const { lr, net } = all[choice ?? -1]?.point ?? {};
  const table = project.read('results/sweep/main.md');
  expect(table).toMatch(new RegExp(`\\| ${lr} +\\| ${net} +\\|`));
  expect(table).toContain('Chosen by sweep tune: lr, net, the best of 9 trials by student.score (highest).');
  const { cells } = await project.json<{ cells: { cell: string; values: Record<string, number> }[] }>(
    'cache',
    'ls',
  );
  const reported = (cell: string, value: string) =>
    cells.find((one) => one.cell === cell)?.values[value] ?? Number.NaN;
  for (const seed of [1, 2]) {
    const score = reported(`student[seed=${seed},trial=${choice},rung=9]`, 'score');
    expect(reported(`next[seed=${seed}]`, 'double')).toBe(2 * score);
  }
});

test('the chosen trial is the plain cell: a stage with its values and seeds executes nothing', async () => {
  const executed = await new Project(sweeping()).executed('sweep');
  expect(executed.filter((cell) => cell.startsWith('again'))).toEqual([]);
  expect(executed.filter((cell) => cell.startsWith('final'))).toHaveLength(2);
});

test('more trials execute only what is new, and why names the trial that replaced another', async () => {
  const project = await finished();
  const before = new Set(project.lines('ran.txt'));
  project.write('ran.txt', '');
  expect(await project.executed('sweep')).toEqual([]);
  const executed = await project.executed('sweep', '--set', 'trials=18');
  const again = project.lines('ran.txt').filter((line) => line !== '' && before.has(line));
  expect(again).toEqual([]);
  expect(executed.filter((cell) => cell.includes('rung=1]'))).toHaveLength(18);
  const { choice } = await project.json<Listed>('sweep', 'sweep', 'tune', '--set', 'trials=18');
  const { choice: first } = await trials(project);
  expect(choice).not.toBe(first);
  const why = await project.retable('why', 'final[seed=11]', 'sweep', '--set', 'trials=18');
  expect(why.stdout).toContain(`trial ${choice} of the sweep tune replaced trial ${first}`);
});

test('a trial that diverges is the worst, is no failure of the run, and is not run again', async () => {
  const project = new Project(sweeping({ nets: ['diverging', 'b'] }));
  const run = await project.retable('run', 'sweep');
  expect(run.code, run.stderr).toBe(0);
  const listed = await trials(project);
  const diverged = listed.trials.filter(({ state }) => state === 'diverged');
  expect(diverged.map(({ point }) => point.net)).toEqual(diverged.map(() => 'diverging'));
  expect(diverged.length).toBeGreaterThan(0);
  expect(listed.trials[listed.choice ?? -1]?.point.net).toBe('b');
  const before = project.lines('ran.txt').length;
  expect((await project.retable('run', 'sweep')).code).toBe(0);
  expect(project.lines('ran.txt')).toHaveLength(before);
});

test('a sweep in which all trials diverge fails and says so', async () => {
  const project = new Project(sweeping({ nets: ['diverging'], trials: 2 }));
  const { code, stdout } = await project.retable('run', 'sweep');
  expect(code).toBe(1);
  expect(stdout).toContain('All trials of the sweep tune diverged.');
});

test.each(['halving', 'asha'])(
  'with %s, a trial that failed for another reason leaves the choice open, and does not change it',
  async (rule) => {
    const expected = (await undisturbedState(rule)).trials.choice;
    const project = new Project({ ...sweeping({ rule }), 'no-memory': '' });
    const { code, stdout } = await project.retable('run', 'sweep');
    expect(code).toBe(1);
    expect(stdout).toMatch(/skipped {2}final\[seed=11\]: the sweep tune has not chosen yet/);
    expect((await trials(project)).choice).toBe(null);
    expect((await trials(project)).trials.map(({ state }) => state)).toContain('failed');
    const { rmSync } = await import('node:fs');
    rmSync(project.path('no-memory'));
    expect((await project.retable('run', 'sweep')).code).toBe(0);
    expect((await trials(project)).choice).toBe(expected);
  },
);

test('the plan says what a sweep decides about, and how many cells it runs', async () => {
  const project = new Project(sweeping());
  const first = await project.retable('plan', 'sweep');
  expect(first.stdout).toContain('36 that sweeps decide about');
  expect(first.stdout).toContain(
    'sweep tune: 9, then 3, then 1 trials at epochs 1, 3, 9; 26 cells; each rung begins anew',
  );
  await project.retable('run', 'sweep');
  const later = await project.retable('plan', 'sweep');
  expect(later.stdout).toContain('0 to run');
  expect(later.stdout).toContain('26 cells, all done');
});

/** A program that trains in epochs, as the manual of the kind `command` asks for. */
const program = `import { appendFileSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
const { RETABLE_TRAJECTORY, RETABLE_SCRATCH, RETABLE_OUTPUT, RETABLE_STOP_AFTER } = process.env;
const rate = Number(process.argv[2]);
let from = { epoch: 0, state: 0 };
for (const folder of existsSync(RETABLE_TRAJECTORY) ? readdirSync(RETABLE_TRAJECTORY) : []) {
  const file = RETABLE_TRAJECTORY + '/' + folder + '/state.json';
  const saved = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : from;
  if (saved.epoch > from.epoch && saved.epoch <= RETABLE_STOP_AFTER) from = saved;
}
for (let { epoch, state } = from; ; ) {
  if (epoch == RETABLE_STOP_AFTER) {
    mkdirSync(RETABLE_SCRATCH, { recursive: true });
    writeFileSync(RETABLE_SCRATCH + '/state.json', JSON.stringify({ epoch, state }));
    writeFileSync(RETABLE_OUTPUT + '/values.json', JSON.stringify({ accuracy: state }));
    break;
  }
  state += rate * (1 - state);
  epoch += 1;
  appendFileSync('ran.txt', rate + ' ' + epoch + '\\n');
}
`;

test('a program that promises to go on trains no epoch of a trial twice', async () => {
  const project = new Project({
    'train.mjs': program,
    'pipelines/program.yaml': `pipeline: program
stages:
  trial:
    uses: command
    with: {run: [node, train.mjs, "\${{ matrix.rate }}"], files: [train.mjs], epochs: 9}
sweeps:
  tune:
    stage: trial
    space: {rate: {log: [0.001, 0.5]}}
    trials: 9
    rungs: {epochs: [1, 3, 9]}
    maximise: {value: trial.accuracy, part: validation}
`,
  });
  const plan = await project.retable('plan', 'program');
  expect(plan.stdout).not.toContain('begins anew');
  const run = await project.retable('run', 'program');
  expect(run.code, run.stderr).toBe(0);
  const epochs = project.lines('ran.txt');
  expect(epochs).toHaveLength(9 * 1 + 3 * 2 + 1 * 6);
  expect(new Set(epochs).size).toBe(epochs.length);
  const listed = await project.json<Listed>('sweep', 'program');
  const { point, scores } = listed.trials[listed.choice ?? -1] ?? {};
  expect(scores?.at(-1)).toBeCloseTo(1 - (1 - Number(point?.rate)) ** 9, 12);
});

test('halving trains the best third of each rung further, and chooses the best of the last; why and sweep tell all of it', async () => {
  const project = await finished();
  const listed = await trials(project);
  const scoreAt = (rung: number) => listed.trials.map(({ scores }) => scores[rung] ?? null);
  const reached = (rung: number) => listed.trials.filter(({ scores }) => scores.length > rung);
  expect([0, 1, 2].map((rung) => reached(rung).length)).toEqual([9, 3, 1]);
  const best = Math.max(...scoreAt(0).map(Number));
  expect(listed.choice).toBe(scoreAt(0).indexOf(best));
  expect(listed.trials.find(({ state }) => state === 'chosen')?.trial).toBe(listed.choice);

  const stopped = listed.trials.find(({ scores }) => scores.length === 1)?.trial;
  const why = await project.retable('why', `student[seed=1,trial=${stopped},rung=9]`, 'sweep');
  expect(why.stdout).toContain('is left out');
  expect(why.stdout).toContain(`trial ${stopped} of the sweep tune stopped at rung 1`);

  const text = await project.retable('sweep', 'sweep', 'tune');
  expect(text.stdout).toMatch(/^tune: maximise student.score, 9 trials, halving at epochs 1, 3, 9\n/);
  const csv = await project.retable('sweep', 'sweep', '--format', 'csv');
  expect(csv.stdout.split('\n')[0]).toBe('trial,lr,net,epochs 1,epochs 3,epochs 9,state');
  expect(csv.stdout.trimEnd().split('\n')).toHaveLength(10);
  const wrong = await project.retable('sweep', 'sweep', 'tuna');
  expect(wrong.stderr).toContain("did you mean 'tune'?");
});
