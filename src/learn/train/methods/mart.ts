import { Type } from '@sinclair/typebox';
import { weight } from '../../parameter-schemas.ts';
import { declareMethod } from '../declare.ts';
import { tradesAttack } from './trades.ts';

export const martMethod = declareMethod({
  description:
    "MART (Wang et al. 2020): boosted cross entropy on adversarial images, plus a divergence with larger weights for examples that the model gets wrong. Defaults: the authors' code for ResNet-18 on CIFAR-10.",
  parameters: Type.Object({
    ...tradesAttack,
    beta: weight(
      5,
      'Weight of the divergence between clean and adversarial images. The authors use 6 for wide residual networks.',
    ),
  }),
  build: async (settings) => (await import('../mart.ts')).mart(settings),
});
