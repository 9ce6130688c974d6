import { Type } from '@sinclair/typebox';
import { count, pixelLength } from '../../parameter-schemas.ts';
import { epsilon } from '../attack-parameters.ts';
import { declareAttack } from '../declare.ts';

const draws = count({ default: 1, description: 'Number of draws. Each image keeps its worst result.' });

export const uniformNoiseAttack = declareAttack({
  description: 'For comparison: uniform noise in the ball, without any search.',
  parameters: Type.Object({ epsilon, restarts: draws }),
  search: 'control',
  build: async (settings) => (await import('../noise.ts')).uniformNoise(settings),
});

export const gaussianNoiseAttack = declareAttack({
  description: 'For comparison: normal noise, clipped to the ball, without any search.',
  parameters: Type.Object({
    epsilon,
    restarts: draws,
    sigma: Type.Optional(
      pixelLength({
        description: 'Standard deviation before clipping, for pixels in [0, 1]. Ours.',
      }),
    ),
  }),
  derived: { sigma: { rule: 'epsilon / 2', value: ({ epsilon }) => epsilon / 2 } },
  search: 'control',
  async build({ sigma = 0, ...settings }) {
    return (await import('../noise.ts')).gaussianNoise({ ...settings, sigma });
  },
});
