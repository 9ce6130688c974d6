import { Type } from '@sinclair/typebox';
import { count, pixelLength } from '../../parameter-schemas.ts';
import { epsilon } from '../attack-parameters.ts';
import { declareAttack } from '../declare.ts';

const draws = count({ default: 1, description: 'Draws of noise, of which each example keeps its worst.' });

export const uniformNoiseAttack = declareAttack({
  description: 'A control: noise that is uniform in the ball.',
  parameters: Type.Object({ epsilon, restarts: draws }),
  search: 'control',
  build: async (settings) => (await import('../noise.ts')).uniformNoise(settings),
});

export const gaussianNoiseAttack = declareAttack({
  description: 'A control: normal noise, cut to the ball.',
  parameters: Type.Object({
    epsilon,
    restarts: draws,
    sigma: Type.Optional(
      pixelLength({
        description: 'Standard deviation before the noise is cut, for pixels in [0, 1]. Ours.',
      }),
    ),
  }),
  derived: { sigma: { rule: 'epsilon / 2', value: ({ epsilon }) => epsilon / 2 } },
  search: 'control',
  async build({ sigma = 0, ...settings }) {
    return (await import('../noise.ts')).gaussianNoise({ ...settings, sigma });
  },
});
