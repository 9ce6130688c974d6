import { Type } from '@sinclair/typebox';
import { oneOf, weight } from '../../parameter-schemas.ts';
import { attackParameters } from '../attack-parameters.ts';
import { declareMethod } from '../declare.ts';

/** The attack in the authors' code for CIFAR-10; MART uses the same. */
export const tradesAttack = attackParameters({
  epsilon: 0.031,
  stepSize: 0.007,
  steps: 10,
  batchNorm: 'eval',
});

export const tradesMethod = declareMethod({
  description:
    "TRADES (Zhang et al. 2019): cross entropy on clean images, plus the divergence between clean and adversarial ones. Defaults: the authors' code for CIFAR-10.",
  parameters: Type.Object({
    ...tradesAttack,
    beta: weight(6, 'Weight of the divergence between clean and adversarial images; 0: standard training.'),
    reduction: oneOf(['batchmean', 'mean'], {
      default: 'batchmean',
      description:
        'How the divergence is reduced: batchmean sums over classes and averages over examples; mean averages over both. The attack always uses the sum.',
    }),
  }),
  build: async (settings) => (await import('../trades.ts')).trades(settings),
});
