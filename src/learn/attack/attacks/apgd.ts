import { Type } from '@sinclair/typebox';
import { epsilon, restarts, steps, targets } from '../attack-parameters.ts';
import { declareAttack } from '../declare.ts';

const source = '(Croce and Hein 2020). Defaults: AutoAttack.';
const parameters = { epsilon, steps: steps(100), restarts };

export const apgdCeAttack = declareAttack({
  description: `Auto-PGD on the cross entropy ${source}`,
  parameters: Type.Object(parameters),
  search: 'apgd',
  climbs: 'cross-entropy',
  async build(settings) {
    return (await import('../apgd.ts')).apgd({ ...settings, objective: 'cross-entropy' });
  },
});

export const apgdDlrAttack = declareAttack({
  description: `Auto-PGD on the DLR loss, which needs 3 classes ${source}`,
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
  'targeted APGD climbs the difference of two logits, the numerator of the targeted DLR loss';

export const apgdTAttack = declareAttack({
  description: `Auto-PGD on the DLR loss towards other classes, one after another; with fewer than 4 classes, for which that loss is not defined, on its numerator ${source}`,
  parameters: Type.Object({ ...parameters, targets }),
  search: 'apgd',
  climbs: 'dlr',
  classes: 4,
  withFewerClasses: differenceInstead,
  build: async (settings) => (await import('../apgd.ts')).targetedApgd(settings),
});
