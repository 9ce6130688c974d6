import { rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Project } from '../support/project.ts';

const pipeline = `pipeline: tiny
stages:
  data: {uses: dataset, with: {name: digits, train: 64, test: 10}}
  model: {uses: train, needs: {data: data}, with: {method: pgd-at, net: resnet-8-w1, epochs: 1, batch-size: 32, steps: 2}}
  cost: {uses: cost, needs: {model: model}}
tables:
  cost: {rows: model.method, value: [cost.forward-gflops, cost.epoch-gflops, cost.gradient-passes, cost.model.seconds-per-epoch]}
`;

interface Table {
  readonly cells: { readonly mean: number | null }[][];
  readonly notes: string[];
}

test('a table shows what training cost, counted and measured, also from an index that was made anew', async () => {
  const project = new Project({ 'pipelines/tiny.yaml': pipeline });
  await project.retable('run', 'tiny');
  const table = await project.json<Table>('table', 'cost', 'tiny');
  const [flops, ofEpoch, passes, seconds] = table.cells[0]?.map(({ mean }) => mean) ?? [];
  expect(flops).toBeGreaterThan(0);
  expect(ofEpoch).toBeGreaterThan(64 * (flops ?? Number.NaN)); // each of 64 images goes forward and back
  expect(passes).toBe(6); // two batches, each with two steps of the attack
  expect(seconds).toBeGreaterThan(0);
  expect(table.notes).toEqual(['Measured, so that it depends on the machine: model.seconds-per-epoch.']);

  rmSync(project.path('cache/index.sqlite'));
  const without = await project.json<Table>('table', 'cost', 'tiny');
  expect(without.cells[0]?.map(({ mean }) => mean)).toEqual([flops, ofEpoch, passes, seconds]);
});

test('a kind that measures what it does not declare fails', async () => {
  const kind = `export default {
    description: 'measures', parameters: {type: 'object', properties: {}}, inputs: {}, output: 'files',
    run: async ({measure}) => measure({speed: 1}),
  };`;
  const project = new Project({
    'pipelines/odd.yaml': 'pipeline: odd\nstages: {a: {uses: odd}}\n',
    'stages/odd.js': kind,
  });
  const { list } = await project.events('odd');
  expect(list).toContainEqual(
    expect.objectContaining({ event: 'cell-failed', reason: 'undeclared-measurement' }),
  );
});

test('a training measures the seconds of each epoch that it trains itself, and of no other', async () => {
  const model = (stopAfter: string) => `pipeline: tiny
stages:
  data: {uses: dataset, with: {name: digits, train: 64, test: 10}}
  model: {uses: train, needs: {data: data}, with: {net: resnet-8-w1, epochs: 3${stopAfter}, batch-size: 32}}
`;
  const project = new Project({ 'pipelines/tiny.yaml': model(', stop-after: 1') });
  const secondsOf = (attempt: number) =>
    JSON.parse(JSON.parse(project.read(`cache/attempts/${attempt}/end.json`)).measured).records;
  await project.run('tiny');
  const one = { seconds: expect.any(Number) };
  expect(secondsOf(2)).toEqual([one]);
  // It goes on from the snapshot after the first epoch.
  project.write('pipelines/tiny.yaml', model(''));
  await project.run('tiny');
  expect(secondsOf(3)).toEqual([null, one, one]);
});
