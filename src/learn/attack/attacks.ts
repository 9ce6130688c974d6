import { Failure } from '../../failure.ts';
import { apgd, targetedApgd } from './apgd.ts';
import type { Cascade } from './attack.ts';
import { type AttackName, attackNames, readAttackName } from './attack-names.ts';
import type { AttackBuilder } from './attacker.ts';
import { autoAttack } from './autoattack.ts';
import { deepfool } from './deepfool.ts';
import { targetedFab } from './fab.ts';
import { fgsm } from './fgsm.ts';
import { gaussianNoise, uniformNoise } from './noise.ts';
import { none } from './none.ts';
import type { Objective } from './objective.ts';
import { pgd } from './pgd.ts';
import { square } from './square.ts';

/** An attack as a pipeline gives it: its name, and settings of which it takes those that concern it. */
export interface AttackSettings {
  /** One of `attackNames`, or `pgd-<steps>`. */
  readonly name: string;
  /** Radius of the l∞ ball, for pixels in [0, 1]. */
  readonly epsilon: number;
  /** Without it, what is usual for the attack. */
  readonly steps?: number | undefined;
  readonly stepSize?: number | undefined;
  readonly restarts?: number | undefined;
  readonly randomStart?: boolean | undefined;
  readonly objective?: Objective | undefined;
  readonly sigma?: number | undefined;
  readonly targets?: number | undefined;
  readonly queries?: number | undefined;
}

/** Steps of `pgd`, `pgd-<steps>` and `cw`: those of the name, else of the settings, else what is usual. */
export function pgdSteps({ name, steps }: AttackSettings): number {
  return readAttackName(name)?.steps ?? steps ?? (name === 'cw' ? 30 : 20);
}

const builders: Readonly<Record<AttackName, (settings: AttackSettings) => AttackBuilder | Cascade>> = {
  none: () => none,
  'uniform-noise': uniformNoise,
  'gaussian-noise': gaussianNoise,
  fgsm,
  'apgd-ce': (settings) => apgd({ ...settings, objective: 'cross-entropy' }),
  'apgd-dlr': (settings) => apgd({ ...settings, objective: 'dlr' }),
  'apgd-t': targetedApgd,
  square,
  'fab-t': targetedFab,
  deepfool,
  autoattack: autoAttack,
  pgd: (settings) => pgd({ ...settings, steps: pgdSteps(settings) }),
  // What evaluations call CW∞: not the search for the least l2 distance of Carlini and Wagner (2017), but their loss.
  cw: (settings) => pgd({ ...settings, steps: pgdSteps(settings), objective: 'margin' }),
};

/** @throws Failure `bad-attack`; `bad-epsilon` and others of the attack */
export function createAttack(settings: AttackSettings): AttackBuilder | Cascade {
  const read = readAttackName(settings.name);
  if (!read) throw unknownAttack(settings.name);
  return builders[read.name](settings);
}

function unknownAttack(name: string): Failure {
  return new Failure('bad-attack', `There is no attack ${name}.`, {
    hint: `Attacks: ${attackNames.join(', ')}, pgd-<steps>.`,
  });
}
