import { Type } from '@sinclair/typebox';
import { defineKind } from '../src/kind/kind.ts';
import { partFiles } from '../src/learn/data/parts.ts';
import { attackChoices, attackParameters } from '../src/learn/train/attack-parameters.ts';
import { oneOf, trainingMeasures, trainingParameters } from '../src/learn/train/parameters.ts';

export default defineKind({
  description: 'Trains a model from scratch: standard, with mixup, or adversarially.',
  parameters: Type.Object({
    method: oneOf(['standard', 'mixup', 'pgd-at', 'trades', 'mart', 'fast-at', 'free-at'], {
      default: 'standard',
      description:
        'standard: cross entropy; mixup (Zhang et al. 2018); pgd-at: adversarial training (Madry et al. 2018); trades (Zhang et al. 2019); mart (Wang et al. 2020); fast-at: one step from a random start (Wong et al. 2020); free-at: the perturbation is trained beside the weights (Shafahi et al. 2019).',
    }),
    ...trainingParameters,
    alpha: Type.Number({
      minimum: 0,
      default: 1,
      description: 'For mixup: λ ~ Beta(alpha, alpha), one a batch.',
    }),
    ...attackParameters({
      epsilon: '8/255, for trades and mart 0.031',
      stepSize: '2/255, for trades and mart 0.007; fast-at and free-at have their own',
      steps: '10; fast-at takes one, free-at one a replay',
      batchNorm: 'eval, for fast-at train; free-at has train',
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
    'fast-step': Type.Number({
      minimum: 0,
      default: 1.25,
      description: 'For fast-at: its step, in epsilons.',
    }),
    awp: Type.Number({
      minimum: 0,
      default: 0,
      description:
        'Adversarial weight perturbation (Wu et al. 2020) on top of any method: γ, the part of its norm by which each tensor of weights is moved up the loss before each step. The authors have 0.01 on pgd-at, 0.005 on trades. 0: none.',
    }),
    replays: Type.Integer({
      minimum: 1,
      default: 8,
      description:
        'For free-at: steps in succession that take the same batch. The authors divide the number of epochs by it.',
    }),
  }),
  inputs: {
    data: {
      type: 'dataset',
      description: 'the data set; its training part is used',
      reads: partFiles('train'),
    },
  },
  output: 'model',
  measures: trainingMeasures,
  usesEngine: true,
  async run(context) {
    const { trainCell } = await import('../src/learn/train/train-cell.ts');
    const { trainingMethod } = await import('../src/learn/train/methods.ts');
    const { awp } = await import('../src/learn/train/weight-perturbation.ts');
    const { parameters } = context;
    const { method, alpha, beta, reduction, replays } = parameters;
    const choices = { alpha, beta, reduction, replays, fastStep: parameters['fast-step'] };
    await trainCell(
      context,
      awp(trainingMethod(method, { ...choices, ...attackChoices(parameters) }), { gamma: parameters.awp }),
    );
  },
});
