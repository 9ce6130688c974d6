import { apgd, targetedApgd } from './apgd.ts';
import type { Cascade } from './attack.ts';
import { targetedFab } from './fab.ts';
import { none } from './none.ts';
import { square } from './square.ts';

export interface AutoAttackSettings {
  /** Radius of the l∞ ball, for pixels in [0, 1]. */
  readonly epsilon: number;
  /** Of APGD and FAB. Default 100. */
  readonly steps?: number | undefined;
  /** Other classes that targeted APGD and FAB go for. Default 9. */
  readonly targets?: number | undefined;
  /** Of Square. Default 5000. */
  readonly queries?: number | undefined;
}

/**
 * AutoAttack, version standard, in l∞ (Croce and Hein 2020): APGD on cross entropy, targeted
 * APGD, targeted FAB, Square, one run each. Robust is who withstands all. It is the standard version with the defaults alone.
 * @throws Failure `bad-epsilon`, `bad-attack`; on a target `too-few-classes`
 */
export function autoAttack({ epsilon, steps, targets, queries }: AutoAttackSettings): Cascade {
  return {
    members: [
      // What is wrong without an attack is not attacked.
      { name: 'none', attack: none },
      { name: 'apgd-ce', attack: apgd({ epsilon, steps, objective: 'cross-entropy' }) },
      { name: 'apgd-t', attack: targetedApgd({ epsilon, steps, targets }) },
      { name: 'fab-t', attack: targetedFab({ epsilon, steps, targets }) },
      { name: 'square', attack: square({ epsilon, queries }) },
    ],
  };
}
