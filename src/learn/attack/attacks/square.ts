import { Type } from '@sinclair/typebox';
import { count } from '../../parameter-schemas.ts';
import { epsilon } from '../attack-parameters.ts';
import { declareAttack } from '../declare.ts';

export const queries = count({ default: 5000, description: 'Number of squares to try on each image.' });

export const squareAttack = declareAttack({
  description: 'Square (Andriushchenko et al. 2020): random search without gradients. Defaults: AutoAttack.',
  parameters: Type.Object({ epsilon, queries }),
  search: 'random',
  climbs: 'margin',
  build: async (settings) => (await import('../square.ts')).square(settings),
});
