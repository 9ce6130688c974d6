import { Type } from '@sinclair/typebox';
import { count } from '../../parameter-schemas.ts';
import { epsilon } from '../attack-parameters.ts';
import { declareAttack } from '../declare.ts';

export const queries = count({ default: 5000, description: 'Squares that are tried on each example.' });

export const squareAttack = declareAttack({
  description: 'Random search without gradients: Square (Andriushchenko et al. 2020). Defaults: AutoAttack.',
  parameters: Type.Object({ epsilon, queries }),
  search: 'random',
  climbs: 'margin',
  build: async (settings) => (await import('../square.ts')).square(settings),
});
