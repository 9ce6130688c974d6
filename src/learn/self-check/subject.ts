import type { Tensors } from '../../engine/engine.ts';
import type { AttackResult } from '../attack/attack.ts';
import type { AttackBuilder, Target } from '../attack/attacker.ts';
import type { AttackSettings } from '../attack/attacks.ts';
import type { Probe, ProbeObjective } from './probe.ts';

/** What the checks look at: an attack, what it found, and a sample of the examples to probe. */
export interface Subject {
  readonly target: Target;
  readonly settings: AttackSettings;
  readonly result: AttackResult;
  /** SHA-256 of the weights before the attack and after it. */
  readonly digests: { readonly before: string; readonly after: string };
  /** Without it nothing is run: what is known already is looked at. */
  readonly sample: Sample | undefined;
}

export interface Sample {
  /** Of the data set, ascending. */
  readonly examples: readonly number[];
  readonly probe: Probe;
  /** Whether each is right without an attack, and whether it withstood the cell's. */
  readonly clean: readonly boolean[];
  readonly robust: readonly boolean[];
  /** What the cell found for each: adversarial images, predictions, losses. */
  readonly found: Tensors;
  /** Makes ready what stands for the cell's attack on a planted adversarial example, where there is one. */
  readonly iterative: AttackBuilder | undefined;
}

/** Neither is expected to find what an attack would. */
export function isControl({ name }: AttackSettings): boolean {
  return name === 'none' || name.endsWith('-noise');
}

/** The images were made on another model: what the attack did says nothing of this one. */
export function isTransfer({ surrogateAccuracy }: AttackResult): boolean {
  return surrogateAccuracy !== undefined;
}

export function isPgd({ name }: AttackSettings): boolean {
  return /^(pgd(-|$)|cw$)/.test(name);
}

export function isIterative(settings: AttackSettings): boolean {
  return isPgd(settings) || settings.name.startsWith('apgd') || settings.name === 'autoattack';
}

/** The objective of the probes: that of the attack, with the margin for those that do not climb the cross entropy. */
export function objectiveOf(settings: AttackSettings): ProbeObjective {
  const { name, objective = 'cross-entropy' } = settings;
  if (name === 'cw') return 'margin';
  if (isPgd(settings)) return objective === 'cross-entropy' ? objective : 'margin';
  return name === 'fgsm' || name === 'apgd-ce' ? 'cross-entropy' : 'margin';
}

/** Steps of PGD where a check says no other number. */
export const probeSteps = 10;

/** `undefined`, or why a check that attacks the sample does not apply. */
export function noProbe({ sample, settings, result }: Subject): string | undefined {
  if (isTransfer(result)) return 'the attack is made on a surrogate';
  if (isControl(settings)) return `${settings.name} is no attack`;
  if (settings.epsilon === 0) return 'epsilon is 0';
  if (!sample) return 'self-check-examples is 0';
  return undefined;
}
