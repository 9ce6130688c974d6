import { Type } from '@sinclair/typebox';
import { attackParameters } from '../attack-parameters.ts';
import { declareMethod } from '../declare.ts';

export const pgdAtMethod = declareMethod({
  description:
    'Adversarial training: cross entropy on the images that PGD makes (Madry et al. 2018). Defaults: the usual protocol on CIFAR-10 (Rice et al. 2020); batch norm in eval mode is ours.',
  parameters: Type.Object(
    attackParameters({ epsilon: 8 / 255, stepSize: 2 / 255, steps: 10, batchNorm: 'eval' }),
  ),
  build: async (settings) => (await import('../pgd-at.ts')).pgdAt(settings),
});
