import { Type } from '@sinclair/typebox';
import { attackParameters } from '../attack-parameters.ts';
import { declareMethod } from '../declare.ts';

export const pgdAtMethod = declareMethod({
  description:
    'Adversarial training (Madry et al. 2018): cross entropy on images attacked by PGD. Defaults: the usual protocol for CIFAR-10 (Rice et al. 2020), but batch norm in eval mode during the attack is our choice.',
  parameters: Type.Object(
    attackParameters({ epsilon: 8 / 255, stepSize: 2 / 255, steps: 10, batchNorm: 'eval' }),
  ),
  build: async (settings) => (await import('../pgd-at.ts')).pgdAt(settings),
});
