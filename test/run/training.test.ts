import { existsSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { family, killAll } from '../support/processes.ts';
import { Project } from '../support/project.ts';
import { until } from '../support/until.ts';

// Runs that train and attack, with the compiled engine or the one that is named in TESTED_ENGINE.

const engine = ['--engine', process.env.TESTED_ENGINE ?? 'onnx'];

const pipeline = `pipeline: tiny
stages:
  data: {uses: dataset, with: {name: digits, train: 128, test: 32, validation: 32}}
  model:
    uses: train
    needs: {data: data}
    matrix: {seed: [1, 2]}
    with: {net: resnet-8-w2, epochs: 20, batch-size: 32}
  attacked:
    uses: attack
    needs: {data: data, model: model}
    with: {attack: pgd-10, epsilon: 0.1}
`;

const tiny = () => new Project({ 'pipelines/tiny.yaml': pipeline });

/** The artifacts of a run in a new project. */
async function runWith(...flags: string[]): Promise<string[]> {
  const project = tiny();
  expect(await project.run('tiny', ...engine, ...flags)).toMatchObject({ executed: 5, code: 0 });
  return project.artifacts();
}

let undisturbedArtifacts: Promise<string[]> | undefined;

/** The artifacts of a run with one cell at a time and nothing beside it. */
function undisturbed(): Promise<string[]> {
  undisturbedArtifacts ??= runWith('--jobs', '1');
  return undisturbedArtifacts;
}

function hasSnapshot(project: Project): boolean {
  const scratch = project.path('cache/scratch');
  if (!existsSync(scratch)) return false;
  return readdirSync(scratch, { recursive: true }).some((file) =>
    /snapshot\.safetensors$/.test(String(file)),
  );
}

test('a training that is killed with kill -9 goes on from its snapshot, and ends in the bytes of one that was not', async () => {
  const project = tiny();
  const { child, finished } = project.start(['run', 'tiny', ...engine, '--jobs', '1', '--json']);
  let ended = false;
  void finished.then(() => (ended = true));
  await until(() => ended || hasSnapshot(project));
  killAll(family(child.pid ?? 0));
  await finished;
  expect(hasSnapshot(project)).toBe(true);

  const { list, code } = await project.events('tiny', ...engine);
  expect(code).toBe(0);
  const progress = list.flatMap((event) => (event.event === 'cell-progress' ? [event] : []));
  const resumed = progress.find(({ cell }) => cell === 'model[seed=1]');
  expect(resumed).toMatchObject({ progress: { done: expect.toSatisfy((done) => done >= 1) } });
  expect(await project.artifacts()).toEqual(await undisturbed());
});

test('two runs beside each other, and one with a single job, end in the same bytes', async () => {
  const beside = await Promise.all([runWith('--jobs', '2'), runWith('--jobs', '2')]);
  const expected = await undisturbed();
  expect(beside).toEqual([expected, expected]);
});
