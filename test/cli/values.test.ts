import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Project } from '../support/project.ts';

const training = '{net: resnet-8-w1, epochs: 1, batch-size: 32}';
const pipeline = `pipeline: all-kinds
stages:
  dataset: {uses: dataset, with: {name: digits, train: 64, validation: 32, test: 20}}
  train: {uses: train, needs: {data: dataset}, with: ${training}}
  transfer: {uses: transfer, needs: {data: dataset, teacher: train}, with: ${training}}
  linear-probe: {uses: linear-probe, needs: {data: dataset, model: train}, with: {epochs: 1, batch-size: 32}}
  attack:
    uses: attack
    needs: {data: dataset, model: train, surrogate: train}
    with: {attack: autoattack, epsilon: 1e-6, steps: 1, targets: 1, queries: 1, self-check-examples: 0}
  channel-activation: {uses: channel-activation, needs: {data: dataset, model: train}, with: {steps: 1}}
  theory: {uses: theory, needs: {data: dataset, student: transfer, teacher: train}, with: {steps: 1}}
  cost: {uses: cost, needs: {model: train}}
`;
const importing = `pipeline: importing
stages:
  import-weights: {uses: import-weights, with: {file: model.safetensors, net: resnet-8-w1, input-shape: [8, 8, 1], classes: 10}}
`;

test('the manual lists the values that each kind reports, and no others', async () => {
  const project = new Project({
    'pipelines/all-kinds.yaml': pipeline,
    'pipelines/importing.yaml': importing,
  });
  const reported = await valuesOf(project, 'all-kinds');
  await project.retable('export', 'train', 'all-kinds', '--to', 'model.safetensors');
  Object.assign(reported, await valuesOf(project, 'importing'));
  expect(reported).toEqual(listed());
});

/** The names of the values of each cell, which has the name of its kind. `after-square` becomes `after-NAME`. */
async function valuesOf(project: Project, pipeline: string): Promise<Record<string, string[]>> {
  const { list } = await project.events(pipeline);
  const finished = list.filter(({ event }) => event === 'cell-finished') as unknown as {
    readonly cell: string;
    readonly values: Readonly<Record<string, number>>;
  }[];
  const general = (name: string) => name.replace(/^after-.*/, 'after-NAME').replace(/block-\d+$/, 'block-B');
  return Object.fromEntries(
    finished.map(({ cell, values }) => [cell, [...new Set(Object.keys(values).map(general))].sort()]),
  );
}

/** From rows such as: | `train`, `transfer` | `epochs` | Number of epochs. | A row without a kind belongs to the one above. */
function listed(): Record<string, string[]> {
  const [, after = ''] = readFileSync('docs/kinds.md', 'utf8').split('\n## Values\n');
  const [section = ''] = after.split('\n## ');
  const quoted = (text = '') => [...text.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
  const names: Record<string, string[]> = {};
  let kinds: string[] = [];
  for (const row of section.split('\n').filter((line) => /^\|.*\|.*`/.test(line))) {
    const [, first, second] = row.split('|');
    kinds = first?.trim() ? quoted(first) : kinds;
    for (const kind of kinds) names[kind] = [...(names[kind] ?? []), ...quoted(second)].sort();
  }
  return names;
}
