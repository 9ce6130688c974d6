import { Type } from '@sinclair/typebox';
import { defineKind } from '../src/kind/kind.ts';
import { partFiles } from '../src/learn/data/parts.ts';
import { trainingMethod, trainingMethods } from '../src/learn/train/methods.ts';
import { trainingMeasures, trainingParameters } from '../src/learn/train/parameters.ts';

export default defineKind({
  description: 'Trains a model from scratch: standard, with mixup, or adversarially.',
  parameters: Type.Object({
    ...trainingParameters,
    awp: Type.Number({
      minimum: 0,
      default: 0,
      description:
        'Adversarial weight perturbation (Wu et al. 2020) on top of any method: γ, the part of its norm by which each tensor of weights is moved up the loss before each step. The authors have 0.01 on pgd-at, 0.005 on trades. 0: none.',
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
        'the data set; it is trained on the training part, and the best epoch is the one with the best accuracy on the validation part, if there is one',
      reads: partFiles('train', 'validation'),
    },
  },
  output: 'model',
  measures: trainingMeasures,
  usesEngine: true,
  async run(context) {
    const { trainCell } = await import('../src/cells/train.ts');
    const { awp } = await import('../src/learn/train/weight-perturbation.ts');
    const { parameters } = context;
    await trainCell(context, awp(await trainingMethod(parameters), { gamma: parameters.awp }));
  },
});
