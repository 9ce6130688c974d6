import { expect, test } from 'vitest';
import { Project } from '../support/project.ts';

const training = '{net: resnet-8-w2, epochs: 2, batch-size: 32, lr: 0.05}';
const pipeline = (more = '') => `pipeline: selection
params: {test: 20}
stages:
  data: {uses: dataset, with: {name: digits, train: 64, validation: 48, test: "\${{ params.test }}"}}
  model: {uses: train, needs: {data: data}, with: ${training}}
  clean: {uses: attack, needs: {data: data, model: model}, with: {attack: none, part: validation, checkpoint: best}}
  pgd: {uses: attack, needs: {data: data, model: model}, with: {attack: pgd-2, part: validation, self-check-examples: 0}}
  tested: {uses: attack, needs: {data: data, model: model}, with: {attack: none}}
  theory: {uses: theory, needs: {data: data, student: model, teacher: model}, with: {part: validation, steps: 1}}
  channels: {uses: channel-activation, needs: {data: data, model: model}, with: {part: validation, steps: 1}}
${more}`;

test('a model is evaluated on the validation images that its training held out, and only on them', async () => {
  const project = new Project({ 'pipelines/selection.yaml': pipeline() });
  const { list } = await project.events('selection');
  const finished = list.filter(({ event }) => event === 'cell-finished') as unknown as {
    readonly cell: string;
    readonly values: Readonly<Record<string, number>>;
  }[];
  const values = Object.fromEntries(finished.map((one) => [one.cell, one.values]));
  // Training measured the same accuracy, with code of its own.
  expect(values.clean).toMatchObject({ accuracy: values.model?.['validation-accuracy'], examples: 48 });
  expect(values.pgd).toMatchObject({ examples: 48 });
  expect(values.tested).toMatchObject({ examples: 20 });
  expect(values.theory).toHaveProperty('slack');
  expect(values.channels).toHaveProperty('frequency-change-block-1');
  // With other test images, only what reads them runs again.
  expect(await project.executed('selection', '--set', 'test=30')).toEqual(['data', 'tested']);
});

test('it is a mistake to evaluate on validation images that there are not, or that the model may have seen', async () => {
  const more = `  whole: {uses: dataset, with: {name: digits}}
  whole-model: {uses: train, needs: {data: whole}, with: ${training}}
  first: {uses: attack, needs: {data: whole, model: whole-model}, with: {attack: none, part: validation}}
  second: {uses: attack, needs: {data: data, model: whole-model}, with: {attack: none, part: validation}}
  student: {uses: transfer, needs: {data: data, teacher: whole-model}, with: ${training}}
  third: {uses: attack, needs: {data: data, model: student}, with: {attack: none, part: validation}}
`;
  const project = new Project({ 'pipelines/selection.yaml': pipeline(more) });
  const { stderr, stdout, code } = await project.retable('validate', 'selection');
  expect(code).toBe(2);
  const text = stdout + stderr;
  expect(text).toContain('whole has no validation images');
  const seen = 'whole-model uses whole, which does not hold out the same images as data';
  expect(text.split(seen)).toHaveLength(3);
});
