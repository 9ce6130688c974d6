import { Type } from '@sinclair/typebox';
import { oneOf, weight } from '../../parameter-schemas.ts';
import { attackParameters } from '../attack-parameters.ts';
import { declareMethod } from '../declare.ts';

/** Those of the authors' code for CIFAR-10, which MART has taken over. */
export const tradesAttack = attackParameters({
  epsilon: 0.031,
  stepSize: 0.007,
  steps: 10,
  batchNorm: 'eval',
});

export const tradesMethod = declareMethod({
  description:
    'Cross entropy on clean images and a divergence of clean and adversarial ones: TRADES (Zhang et al. 2019). Defaults: the code of the authors for CIFAR-10.',
  parameters: Type.Object({
    ...tradesAttack,
    beta: weight(6, 'Weight of the divergence of clean and adversarial images; 0: standard training.'),
    reduction: oneOf(['batchmean', 'mean'], {
      default: 'batchmean',
      description:
        'The divergence over the batch: mean of the sums over classes, or mean over both. The attack takes the sum.',
    }),
  }),
  build: async (settings) => (await import('../trades.ts')).trades(settings),
});
