import { Type } from '@sinclair/typebox';
import { defineKind } from '../src/kind/kind.ts';
import { attackChoices, attackParameters } from '../src/learn/train/attack-parameters.ts';
import { oneOf, trainingParameters } from '../src/learn/train/parameters.ts';

export default defineKind({
  description: 'Trains a model from scratch: standard, with mixup, or adversarially.',
  parameters: Type.Object({
    method: oneOf(['standard', 'mixup', 'pgd-at', 'trades', 'mart'], {
      default: 'standard',
      description:
        'standard: cross entropy; mixup (Zhang et al. 2018); pgd-at: adversarial training (Madry et al. 2018); trades (Zhang et al. 2019); mart (Wang et al. 2020).',
    }),
    ...trainingParameters,
    alpha: Type.Number({
      minimum: 0,
      default: 1,
      description: 'For mixup: λ ~ Beta(alpha, alpha), one a batch.',
    }),
    ...attackParameters({
      epsilon: '8/255, for trades and mart 0.031',
      stepSize: '2/255, for trades and mart 0.007',
      steps: '10',
      batchNorm: 'eval',
    }),
    beta: Type.Optional(
      Type.Number({
        minimum: 0,
        description:
          'For trades and mart: weight of the divergence of clean and attacked images. Without it 6, for mart 5.',
      }),
    ),
    reduction: oneOf(['batchmean', 'mean'], {
      default: 'batchmean',
      description:
        'For trades: the divergence over the batch, as mean of the sums over classes or mean over both.',
    }),
  }),
  inputs: { data: { type: 'dataset', description: 'the data set; its training part is used' } },
  output: 'model',
  usesEngine: true,
  async run(context) {
    const { trainCell } = await import('../src/learn/train/train-cell.ts');
    const { trainingMethod } = await import('../src/learn/train/methods.ts');
    const { parameters } = context;
    const { method, alpha, beta, reduction } = parameters;
    const choices = { alpha, beta, reduction };
    await trainCell(context, trainingMethod(method, { ...choices, ...attackChoices(parameters) }));
  },
});
