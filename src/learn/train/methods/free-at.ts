import { Type } from '@sinclair/typebox';
import { count } from '../../parameter-schemas.ts';
import { epsilonParameter } from '../attack-parameters.ts';
import { declareMethod } from '../declare.ts';

export const freeAtMethod = declareMethod({
  description:
    'Adversarial training in which the perturbation is trained beside the weights: free-AT (Shafahi et al. 2019). Defaults: the code of the authors for CIFAR-10.',
  parameters: Type.Object({
    epsilon: epsilonParameter(8 / 255),
    replays: count({
      default: 8,
      description:
        'Steps in succession that take the same batch. The authors divide the number of epochs by it.',
    }),
  }),
  build: async (settings) => (await import('../free-at.ts')).freeAt(settings),
});
