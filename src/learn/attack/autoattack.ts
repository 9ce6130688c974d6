import { apgd, targetedApgd } from './apgd.ts';
import type { Cascade } from './attack.ts';
import { targetedFab } from './fab.ts';
import { none } from './none.ts';
import { square } from './square.ts';

export interface AutoAttackSettings {
  /** Radius of the l∞ ball, for pixels in [0, 1]. */
  readonly epsilon: number;
  /** Of APGD and FAB. */
  readonly steps: number;
  /** Other classes that targeted APGD and FAB go for. As `targetsOf`. */
  readonly targets?: number | undefined;
  /** Of Square. */
  readonly queries: number;
}

/**
 * AutoAttack, version standard, in l∞ (Croce and Hein 2020): APGD on cross entropy, targeted
 * APGD, targeted FAB, Square, one run each. Robust is who withstands all. It is the standard version with the defaults alone.
 * @throws Failure `bad-epsilon`, `bad-attack`; on a target `too-few-classes` with not enough for the targets
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
