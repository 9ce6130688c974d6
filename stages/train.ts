import { Type } from '@sinclair/typebox';
import { defineKind } from '../src/kind/kind.ts';
import { partFiles } from '../src/kind/parts.ts';
import { trainingMethod, trainingMethods } from '../src/learn/train/methods.ts';
import { trainingContinues, trainingMeasures, trainingParameters } from '../src/learn/train/parameters.ts';
import { trainingValues } from '../src/learn/train/values.ts';

export default defineKind({
  description: 'Trains a model from scratch: on clean images, with mixup, or adversarially.',
  parameters: Type.Object({
    ...trainingParameters,
    awp: Type.Number({
      minimum: 0,
      default: 0,
      description:
        'Adversarial weight perturbation (Wu et al. 2020), with any method: before each step, every weight tensor is moved up the loss gradient by γ times its own norm. This is γ. The authors use 0.01 with pgd-at and 0.005 with trades. 0: none.',
    }),
  }),
  variants: {
    by: 'method',
    description: 'How the model is trained.',
    default: 'standard',
    of: trainingMethods,
  },
  inputs: {
    data: {
      type: 'dataset',
      description:
        'the data set; the training images are used for training and the validation images, if there are any, for choosing the best epoch',
      reads: partFiles('train', 'validation'),
    },
  },
  output: 'model',
  values: trainingValues,
  measures: trainingMeasures,
  continues: trainingContinues,
  usesEngine: true,
  async run(context) {
    const { trainCell } = await import('../src/cells/train.ts');
    const { awp } = await import('../src/learn/train/weight-perturbation.ts');
    const { parameters } = context;
    await trainCell(context, awp(await trainingMethod(parameters), { gamma: parameters.awp }));
  },
});
