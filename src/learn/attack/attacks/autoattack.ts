import { Type } from '@sinclair/typebox';
import { epsilon, steps, targets } from '../attack-parameters.ts';
import { declareAttack } from '../declare.ts';
import { differenceInstead } from './apgd.ts';
import { queries } from './square.ts';

export const autoAttackAttack = declareAttack({
  description:
    'AutoAttack, version standard (Croce and Hein 2020): apgd-ce, apgd-t, fab-t and square in turn, each on the images that withstood the ones before. It is the standard version only with the default parameters.',
  parameters: Type.Object({ epsilon, steps: steps(100), targets, queries }),
  search: 'cascade',
  classes: 4,
  withFewerClasses: differenceInstead,
  build: async (settings) => (await import('../autoattack.ts')).autoAttack(settings),
});
