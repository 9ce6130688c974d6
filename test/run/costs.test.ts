import { expect, test } from 'vitest';
import { openCache } from '../../src/cache/cache.ts';
import { Project } from '../support/project.ts';

const pipeline = `pipeline: tiny
stages:
  data: {uses: dataset, with: {name: digits, train: 64, test: 10}}
  model: {uses: train, needs: {data: data}, with: {net: resnet-8-w1, epochs: 1, batch-size: 32}}
`;

interface Finished {
  readonly event: string;
  readonly cell: string;
  readonly artifact: string;
  readonly compiled?: { readonly graphs: number; readonly seconds: number };
}

test('what compiling cost is told and kept with the attempt, for cells that start an engine that compiles', async () => {
  const project = new Project({ 'pipelines/tiny.yaml': pipeline });
  const { list } = await project.events('tiny');
  const [data, model] = list.filter(({ event }) => event === 'cell-finished') as unknown as Finished[];
  expect(data).toMatchObject({ cell: 'data' });
  expect(data).not.toHaveProperty('compiled');
  // One training step, for one shape of batch.
  expect(model).toMatchObject({ cell: 'model', compiled: { graphs: 1 } });
  expect(model?.compiled?.seconds).toBeGreaterThan(0);

  const cache = openCache(project.path('cache'));
  const [attempt] = cache.attemptsOf('model');
  cache.close();
  expect(attempt?.measured).toMatchObject({ compiled: model?.compiled });

  // It belongs to the attempt alone: other seconds, the same artifact.
  const { stdout } = await project.retable('run', 'tiny', '--force', 'model', '--verbose');
  expect(stdout).toMatch(/done {5}model {2}[\d.]+m?s, [\d.]+ MB, 1 graph compiled in [\d.]+m?s/);
  const after = await project.json<{ cells: { artifact: string }[] }>('cache', 'ls');
  expect(after.cells.map(({ artifact }) => artifact)).toContain(model?.artifact);
  expect(after.cells).toHaveLength(2);
});
