import { Type } from '@sinclair/typebox';
import { defineKind } from '../src/kind/kind.ts';
import { oneOf, trainingParameters } from '../src/learn/train/parameters.ts';

export default defineKind({
  description: 'Trains a model from scratch: standard, with mixup, or adversarially.',
  parameters: Type.Object({
    method: oneOf(['standard', 'mixup', 'pgd-at'], {
      default: 'standard',
      description:
        'standard: cross entropy; mixup (Zhang et al. 2018); pgd-at: adversarial training (Madry et al. 2018).',
    }),
    ...trainingParameters,
    alpha: Type.Number({
      minimum: 0,
      default: 1,
      description: 'For mixup: λ ~ Beta(alpha, alpha), one a batch.',
    }),
    epsilon: Type.Number({
      minimum: 0,
      maximum: 1,
      default: 8 / 255,
      description: 'For pgd-at: radius of the l∞ ball, for pixels in [0, 1].',
    }),
    'step-size': Type.Number({
      minimum: 0,
      default: 2 / 255,
      description: 'For pgd-at: step of the inner maximisation.',
    }),
    steps: Type.Integer({
      minimum: 1,
      default: 10,
      description: 'For pgd-at: steps of the inner maximisation.',
    }),
    'random-start': Type.Boolean({
      default: true,
      description: 'For pgd-at: start at a random point of the ball.',
    }),
    'batch-norm': oneOf(['eval', 'train'], {
      default: 'eval',
      description: 'For pgd-at: mode of batch norm while the batch is attacked.',
    }),
  }),
  inputs: { data: { type: 'dataset', description: 'the data set; its training part is used' } },
  output: 'model',
  usesEngine: true,
  async run(context) {
    const { trainCell } = await import('../src/learn/train/train-cell.ts');
    const { trainingMethod } = await import('../src/learn/train/methods.ts');
    const { method, alpha, epsilon, steps, ...others } = context.parameters;
    const inner = {
      epsilon,
      steps,
      stepSize: others['step-size'],
      randomStart: others['random-start'],
      batchNorm: others['batch-norm'],
    };
    await trainCell(context, trainingMethod(method, { alpha, ...inner }));
  },
});
