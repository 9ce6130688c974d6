import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { declaredValue, type ValueDeclarations } from '../../src/kind/values.ts';
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
  trial: {uses: train, needs: {data: dataset}, with: ${training}}
sweeps:
  choose: {stage: trial, space: {lr: [0.1, 0.2]}, sampler: grid, maximise: trial.last-validation-accuracy}
`;
const kinds = declarations();
const importing = `pipeline: importing
stages:
  import-weights: {uses: import-weights, with: {file: model.safetensors, net: resnet-8-w1, input-shape: [8, 8, 1], classes: 10}}
`;

test('each kind declares the values that it reports, and no others', async () => {
  const project = new Project({
    'pipelines/all-kinds.yaml': pipeline,
    'pipelines/importing.yaml': importing,
  });
  const reported = await valuesOf(project, 'all-kinds');
  await project.retable('export', 'train', 'all-kinds', '--to', 'model.safetensors');
  Object.assign(reported, await valuesOf(project, 'importing'));
  const declared = Object.entries(kinds).flatMap(([kind, values]) =>
    values === undefined ? [] : [[kind, Object.keys(values).sort()]],
  );
  expect(reported).toEqual(Object.fromEntries(declared));
});

/** The names of the values of each cell that has the name of its kind (or of a sweep with this name), as declared. */
async function valuesOf(project: Project, pipeline: string): Promise<Record<string, string[]>> {
  const { list } = await project.events(pipeline);
  const finished = list.filter(({ event }) => event === 'cell-finished') as unknown as {
    readonly cell: string;
    readonly values: Readonly<Record<string, number>>;
  }[];
  return Object.fromEntries(
    finished.flatMap(({ cell, values }) => {
      const kind = cell.replace('sweeps.', '');
      if (!Object.hasOwn(kinds, kind)) return [];
      const names = Object.keys(values).map((name) => declaredValue(kinds[kind] ?? {}, name)?.name ?? name);
      return [[kind, [...new Set(names)].sort()]];
    }),
  );
}

function declarations(): Readonly<Record<string, ValueDeclarations | undefined>> {
  const printed = execFileSync(process.execPath, ['dist/retable.js', 'kinds', '--json'], {
    encoding: 'utf8',
  });
  const { kinds } = JSON.parse(printed) as { kinds: { name: string; values?: ValueDeclarations }[] };
  return Object.fromEntries(kinds.map(({ name, values }) => [name, values]));
}
