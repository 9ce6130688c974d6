import { expect, test } from 'vitest';
import { photographs } from '../learn/data/shards/photographs.ts';
import { Project } from '../support/project.ts';

// Runs on image files that are stored encoded, in shards, and read by threads of the cells.

const training = '{net: resnet-8-w2, epochs: 2, batch-size: 8, lr: 0.05, crop: 2, flip: true}';
const pipeline = `pipeline: photographs
params: {test: 10}
stages:
  data:
    uses: dataset
    matrix: {store: [encoded, decoded]}
    with:
      {name: image-folder, folder: set, resize: 18, crop: 16, validation: 8, test: "\${{ params.test }}", store: "\${{ matrix.store }}"}
  model: {uses: train, needs: {data: data}, with: ${training}}
  probe: {uses: linear-probe, needs: {data: data, model: model}, with: {epochs: 1, batch-size: 8}}
  pgd: {uses: attack, needs: {data: data, model: model}, with: {attack: pgd-2, batch-size: 4, epsilon: 0.01}}
  theory: {uses: theory, needs: {data: data, student: model, teacher: model}, with: {part: validation, steps: 1}}
  channels: {uses: channel-activation, needs: {data: data, model: model}, with: {steps: 1}}
`;

test('all cells come out of encoded images as they come out of decoded ones, and run again for their own part alone', async () => {
  const project = new Project({ 'pipelines/photographs.yaml': pipeline });
  await photographs(project.path('images/set'), 60);
  const flags = ['photographs', '--data-dir', 'images', '--engine', 'onnx'];
  const { list, code } = await project.events(...flags);
  expect(code).toBe(0);
  const finished = list.filter(({ event }) => event === 'cell-finished') as unknown as {
    readonly cell: string;
    readonly artifact: string;
    readonly values: Readonly<Record<string, number>>;
  }[];
  const of = (store: string) =>
    finished
      .filter(({ cell }) => cell.endsWith(`[store=${store}]`))
      .map(
        ({ cell, artifact, values }) =>
          [cell.replace(/\[.*/, ''), cell.startsWith('data') ? '' : artifact, values] as const,
      )
      .sort(([a], [b]) => (a < b ? -1 : 1));
  expect(of('encoded')).toHaveLength(6);
  expect(of('encoded')).toEqual(of('decoded'));
  const again = await project.executed(...flags, '--set', 'test=8');
  expect(again.map((cell) => cell.replace(/\[.*/, '')).sort()).toEqual(
    ['channels', 'channels', 'data', 'data', 'pgd', 'pgd'].sort(),
  );
});

test('only images that are files can be stored encoded', async () => {
  const project = new Project({
    'pipelines/p.yaml': `pipeline: p
stages:
  data: {uses: dataset, with: {name: digits, store: encoded}}
`,
  });
  const { code, stderr } = await project.retable('plan', 'p');
  expect(code).not.toBe(0);
  expect(stderr).toContain("'store' is encoded, but the images of digits are not image files");
});
