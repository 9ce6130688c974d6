import { apgd, targetedApgd } from './apgd.ts';
import type { Cascade } from './attack.ts';
import { targetedFab } from './fab.ts';
import { none } from './none.ts';
import { square } from './square.ts';

export interface AutoAttackSettings {
  /** Radius of the l∞ ball, for pixels in [0, 1]. */
  readonly epsilon: number;
  /** Steps of APGD and FAB. */
  readonly steps: number;
  /** Number of target classes of APGD and FAB. See `targetsOf`. */
  readonly targets?: number | undefined;
  /** Queries of Square. */
  readonly queries: number;
}

/**
 * AutoAttack, version standard, in l∞ (Croce and Hein 2020): APGD on cross entropy, targeted APGD, targeted FAB and
 * Square, one run each. An example is robust if it withstands all of them, so each leaves an
 * example once it has broken it. It is the standard version only with the
 * default settings.
 * @throws Failure `bad-attack`; on a target `too-few-classes` if there are fewer classes than targets
 * need
 */
export function autoAttack({ epsilon, steps, targets, queries }: AutoAttackSettings): Cascade {
  return {
    members: [
      // Examples that are wrong without an attack are not attacked.
      { name: 'none', attack: none },
      { name: 'apgd-ce', attack: apgd({ epsilon, steps, objective: 'cross-entropy', untilBroken: true }) },
      { name: 'apgd-t', attack: targetedApgd({ epsilon, steps, targets, untilBroken: true }) },
      { name: 'fab-t', attack: targetedFab({ epsilon, steps, targets, onlyWithin: true }) },
      { name: 'square', attack: square({ epsilon, queries }) },
    ],
  };
}
