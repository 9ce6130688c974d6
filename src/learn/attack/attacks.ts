import type { Cascade } from './attack.ts';
import type { AttackBuilder } from './attacker.ts';
import { apgdCeAttack, apgdDlrAttack, apgdTAttack } from './attacks/apgd.ts';
import { autoAttackAttack } from './attacks/autoattack.ts';
import { fgsmAttack } from './attacks/fgsm.ts';
import { deepfoolAttack, fabTAttack } from './attacks/nearest.ts';
import { gaussianNoiseAttack, uniformNoiseAttack } from './attacks/noise.ts';
import { noneAttack } from './attacks/none.ts';
import { cwAttack, pgdAttack } from './attacks/pgd.ts';
import { squareAttack } from './attacks/square.ts';
import type { DeclaredAttack } from './declare.ts';
import type { Objective } from './objective.ts';

// Loaded by every plan: import nothing heavy here, except types.

/** The attacks, by the name that pipelines use. */
export const attacks = {
  none: noneAttack,
  'uniform-noise': uniformNoiseAttack,
  'gaussian-noise': gaussianNoiseAttack,
  fgsm: fgsmAttack,
  pgd: pgdAttack,
  cw: cwAttack,
  'apgd-ce': apgdCeAttack,
  'apgd-dlr': apgdDlrAttack,
  'apgd-t': apgdTAttack,
  square: squareAttack,
  'fab-t': fabTAttack,
  deepfool: deepfoolAttack,
  autoattack: autoAttackAttack,
};

export type AttackName = keyof typeof attacks;

/** An attack and its settings: those of its schema, and no others. */
export interface AttackSettings {
  readonly name: AttackName;
  /** Radius of the l∞ ball, for pixels in [0, 1]; 0 for `none`. */
  readonly epsilon: number;
  readonly steps?: number | undefined;
  readonly stepSize?: number | undefined;
  readonly restarts?: number | undefined;
  readonly randomStart?: boolean | undefined;
  readonly loss?: Objective | undefined;
  readonly sigma?: number | undefined;
  readonly targets?: number | undefined;
  readonly queries?: number | undefined;
}

export function declared(name: AttackName): DeclaredAttack {
  return attacks[name];
}

/** @throws Failure `bad-attack` for settings that the schema does not allow */
export function createAttack(settings: AttackSettings): Promise<AttackBuilder | Cascade> {
  return declared(settings.name).build({ ...settings });
}
