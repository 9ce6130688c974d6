import { expect, test } from 'vitest';
import { Project } from '../support/project.ts';

const pipeline = `pipeline: tiny
stages:
  data: {uses: dataset, with: {name: digits, train: 256, test: 100}}
  model:
    uses: train
    needs: {data: data}
    matrix: {seed: [1, 2]}
    with: {net: resnet-8-w2, epochs: 4, batch-size: 32}
  curve:
    uses: attack
    needs: {data: data, model: {stage: model, where: {seed: 1}}}
    matrix: {epsilon: [0, 8/255]}
    with: {attack: fgsm}
  transferred:
    uses: attack
    needs: {data: data, model: model, surrogate: {stage: model, where: {seed: [1, 2]}}}
    with: {attack: fgsm, epsilon: 8/255}
tables:
  curve: {value: curve.accuracy, rows: model.seed, columns: epsilon}
  clean: {value: curve.clean-accuracy, rows: epsilon}
  transferred: {value: transferred.accuracy, rows: model.seed, columns: surrogate.seed}
  surrogates: {value: transferred.surrogate-accuracy, rows: model.seed, columns: surrogate.seed}
`;

test('accuracies over epsilon are a row of a table, and those over surrogates a square', async () => {
  const project = new Project({ 'pipelines/tiny.yaml': pipeline });
  expect(await project.run('tiny')).toMatchObject({ executed: 9, failed: 0 });
  const table = async (name: string) => {
    const { columns, cells } = await project.json<{
      columns: Record<string, unknown>[];
      cells: { mean: number }[][];
    }>('table', name, 'tiny');
    return { columns, means: cells.map((row) => row.map(({ mean }) => mean)) };
  };
  const { columns, means: curve } = await table('curve');
  expect(columns).toEqual([0, '8/255'].map((epsilon) => ({ 'curve.epsilon': epsilon })));
  const [[clean = 0, far = 1] = []] = curve;
  expect(clean).toBeGreaterThan(far);
  expect((await table('clean')).means).toEqual(Array(2).fill([clean]));
  const [transferred, surrogates] = [await table('transferred'), await table('surrogates')];
  const [[own = 1, fromOther = 0] = [], [, ownOfOther = 1] = []] = transferred.means;
  // The same cell as model and surrogate is the plain attack.
  expect(own).toBe(far);
  expect(fromOther).toBeGreaterThan(own);
  expect(surrogates.means).toEqual(Array(2).fill([own, ownOfOther]));
});
