import { Type } from '@sinclair/typebox';
import { batchNormParameter, epsilonParameter, randomStart } from '../attack-parameters.ts';
import { declareMethod } from '../declare.ts';

export const fastAtMethod = declareMethod({
  description:
    "Fast-AT (Wong et al. 2020): adversarial training with a single attack step from a random start. Defaults: the authors' code for CIFAR-10.",
  parameters: Type.Object({
    epsilon: epsilonParameter(8 / 255),
    'fast-step': Type.Number({
      minimum: 0,
      default: 1.25,
      description: 'Step size as a multiple of epsilon.',
    }),
    'random-start': randomStart,
    'batch-norm': batchNormParameter('train'),
  }),
  build: async (settings) => (await import('../fast-at.ts')).fastAt(settings),
});
