import { Type } from '@sinclair/typebox';
import { batchNormParameter, epsilonParameter, randomStart } from '../attack-parameters.ts';
import { declareMethod } from '../declare.ts';

export const fastAtMethod = declareMethod({
  description:
    'Adversarial training by one step from a random start: fast-AT (Wong et al. 2020). Defaults: the code of the authors for CIFAR-10.',
  parameters: Type.Object({
    epsilon: epsilonParameter(8 / 255),
    'fast-step': Type.Number({ minimum: 0, default: 1.25, description: 'Length of the step, in epsilons.' }),
    'random-start': randomStart,
    'batch-norm': batchNormParameter('train'),
  }),
  build: async (settings) => (await import('../fast-at.ts')).fastAt(settings),
});
