import { Type } from '@sinclair/typebox';
import { weight } from '../../parameter-schemas.ts';
import { declareMethod } from '../declare.ts';
import { tradesAttack } from './trades.ts';

export const martMethod = declareMethod({
  description:
    'A boosted cross entropy on adversarial images and a divergence that counts more where the model is wrong: MART (Wang et al. 2020). Defaults: the code of the authors for ResNet-18 on CIFAR-10.',
  parameters: Type.Object({
    ...tradesAttack,
    beta: weight(
      5,
      'Weight of the divergence of clean and adversarial images; the authors have 6 for wide residual networks.',
    ),
  }),
  build: async (settings) => (await import('../mart.ts')).mart(settings),
});
