import { Type } from '@sinclair/typebox';
import { declareMethod } from '../declare.ts';

export const mixupMethod = declareMethod({
  description: 'Cross entropy on convex combinations of images and labels: mixup (Zhang et al. 2018).',
  parameters: Type.Object({
    alpha: Type.Number({
      minimum: 0,
      default: 1,
      description: 'λ ~ Beta(alpha, alpha), one a batch; 0: no mixing.',
    }),
  }),
  build: async (settings) => (await import('../mixup.ts')).mixup(settings),
});
