import { Type } from '@sinclair/typebox';
import { declareMethod } from '../declare.ts';

export const mixupMethod = declareMethod({
  description: 'Mixup (Zhang et al. 2018): cross entropy on convex combinations of images and labels.',
  parameters: Type.Object({
    alpha: Type.Number({
      minimum: 0,
      default: 1,
      description: 'λ ~ Beta(alpha, alpha), drawn for each batch; 0: no mixing.',
    }),
  }),
  build: async (settings) => (await import('../mixup.ts')).mixup(settings),
});
