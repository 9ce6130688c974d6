import { expect, test } from 'vitest';
import { Project } from '../support/project.ts';

const pipeline = `pipeline: tiny
stages:
  data: {uses: dataset, with: {name: digits, train: 64, test: 20}}
  model: {uses: train, needs: {data: data}, with: {net: resnet-8-w1, epochs: 1, batch-size: 32}}
  theory: {uses: theory, needs: {data: data, student: model, teacher: model}, with: {epsilon: 0.1, steps: 2}}
  channels: {uses: channel-activation, needs: {data: data, model: model}, with: {epsilon: 0.1, steps: 2}}
`;

test('a model is diagnosed: as its own teacher it has no distance, and attacks change what its channels do', async () => {
  const project = new Project({ 'pipelines/tiny.yaml': pipeline });
  const { list } = await project.events('tiny');
  const valuesOf = (cell: string) => {
    const event = list.find((one) => one.event === 'cell-finished' && one.cell === cell);
    return (event as { values?: Record<string, number> } | undefined)?.values ?? {};
  };
  const theory = valuesOf('theory');
  expect(theory).toMatchObject({ 'distance-clean': 0, 'distance-mix': 0, 'distance-adversarial': 0 });
  expect(theory['student-adversarial-loss']).toBeGreaterThan(theory['student-natural-loss'] ?? Number.NaN);
  expect(theory['slack-with-teacher']).toBeCloseTo(0, 12);
  const channels = valuesOf('channels');
  expect(Object.keys(channels).sort()).toEqual(
    [1, 2, 3, 4].flatMap((block) => [`change-block-${block}`, `frequency-change-block-${block}`]).sort(),
  );
  expect(channels['change-block-1']).toBeGreaterThan(0);
});
