import type { Objective } from './objective.ts';

// Loaded by every plan, for the schema of the kind: nothing heavy may be imported here but types.

/** The attacks, as pipelines name them. */
export const attackNames = [
  'none',
  'uniform-noise',
  'gaussian-noise',
  'fgsm',
  'pgd',
  'cw',
  'apgd-ce',
  'apgd-dlr',
  'apgd-t',
  'square',
  'fab-t',
  'deepfool',
  'autoattack',
] as const;

export type AttackName = (typeof attackNames)[number];

/** A name of an attack, or `pgd-<steps>`. */
export const attackPattern = `^(${attackNames.join('|')}|pgd-[1-9][0-9]*)$`;

/** What the self-checks have to know of an attack. */
export interface AttackNature {
  /**
   * How it looks for an adversarial image. A `control` is not expected to find what an attack would; `nearest` goes for the
   * border of the true class, and `random` takes no gradients.
   */
  readonly search: 'control' | 'one-step' | 'pgd' | 'apgd' | 'nearest' | 'random' | 'cascade';
  /** What it makes great, if it is one thing; `setting`: the objective that it is given. */
  readonly climbs?: Objective | 'setting';
}

const natures: Readonly<Record<AttackName, AttackNature>> = {
  none: { search: 'control' },
  'uniform-noise': { search: 'control' },
  'gaussian-noise': { search: 'control' },
  fgsm: { search: 'one-step', climbs: 'cross-entropy' },
  pgd: { search: 'pgd', climbs: 'setting' },
  cw: { search: 'pgd', climbs: 'margin' },
  'apgd-ce': { search: 'apgd', climbs: 'cross-entropy' },
  'apgd-dlr': { search: 'apgd', climbs: 'dlr' },
  'apgd-t': { search: 'apgd', climbs: 'dlr' },
  square: { search: 'random', climbs: 'margin' },
  'fab-t': { search: 'nearest', climbs: 'margin' },
  deepfool: { search: 'nearest', climbs: 'margin' },
  autoattack: { search: 'cascade' },
};

/** The attack that a pipeline names, and the steps that `pgd-<steps>` says; `undefined` where there is none of that name. */
export function readAttackName(
  given: string,
): { readonly name: AttackName; readonly steps?: number } | undefined {
  const [, steps] = /^pgd-([1-9][0-9]*)$/.exec(given) ?? [];
  if (steps !== undefined) return { name: 'pgd', steps: Number(steps) };
  const name = attackNames.find((one) => one === given);
  return name && { name };
}

/** @param given a name that an attack was made by */
export function natureOf(given: string): AttackNature {
  const read = readAttackName(given);
  if (!read) throw new Error(`There is no attack ${given}`);
  return natures[read.name];
}
