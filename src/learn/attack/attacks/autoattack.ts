import { Type } from '@sinclair/typebox';
import { epsilon, steps, targets } from '../attack-parameters.ts';
import { declareAttack } from '../declare.ts';
import { differenceInstead } from './apgd.ts';
import { queries } from './square.ts';

export const autoAttackAttack = declareAttack({
  description:
    'apgd-ce, apgd-t, fab-t and square, each on what withstood those before: AutoAttack, version standard (Croce and Hein 2020), which it is with the defaults alone.',
  parameters: Type.Object({ epsilon, steps: steps(100), targets, queries }),
  search: 'cascade',
  classes: 4,
  withFewerClasses: differenceInstead,
  build: async (settings) => (await import('../autoattack.ts')).autoAttack(settings),
});
