import { Type } from '@sinclair/typebox';
import { epsilon, restarts, steps, targets } from '../attack-parameters.ts';
import { declareAttack } from '../declare.ts';

const source = '(Croce and Hein 2020). Defaults: AutoAttack.';
const parameters = { epsilon, steps: steps(100), restarts };

export const apgdCeAttack = declareAttack({
  description: `Auto-PGD that maximises the cross entropy ${source}`,
  parameters: Type.Object(parameters),
  search: 'apgd',
  climbs: 'cross-entropy',
  async build(settings) {
    return (await import('../apgd.ts')).apgd({ ...settings, objective: 'cross-entropy' });
  },
});

export const apgdDlrAttack = declareAttack({
  description: `Auto-PGD that maximises the DLR loss, which needs at least 3 classes ${source}`,
  parameters: Type.Object(parameters),
  search: 'apgd',
  climbs: 'dlr',
  classes: 3,
  async build(settings) {
    return (await import('../apgd.ts')).apgd({ ...settings, objective: 'dlr' });
  },
});

/** What targeted APGD does with fewer than four classes. */
export const differenceInstead =
  'targeted APGD maximises the difference of two logits, which is the numerator of the targeted DLR loss';

export const apgdTAttack = declareAttack({
  description: `Auto-PGD that maximises the targeted DLR loss, for one target class after another. With fewer than 4 classes this loss is not defined, and its numerator is used instead ${source}`,
  parameters: Type.Object({ ...parameters, targets }),
  search: 'apgd',
  climbs: 'dlr',
  classes: 4,
  withFewerClasses: differenceInstead,
  build: async (settings) => (await import('../apgd.ts')).targetedApgd(settings),
});
