// Loaded by every plan, for the schema of the kind: nothing heavy may be imported here.

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
