import { Type } from '@sinclair/typebox';
import { count } from '../../parameter-schemas.ts';
import { epsilonParameter } from '../attack-parameters.ts';
import { declareMethod } from '../declare.ts';

export const freeAtMethod = declareMethod({
  description:
    "Free-AT (Shafahi et al. 2019): adversarial training that updates the perturbation and the weights with the same gradient pass. Defaults: the authors' code for CIFAR-10.",
  parameters: Type.Object({
    epsilon: epsilonParameter(8 / 255),
    replays: count({
      default: 8,
      description:
        'Number of consecutive steps on the same batch. The authors divide the number of epochs by it.',
    }),
  }),
  build: async (settings) => (await import('../free-at.ts')).freeAt(settings),
});
