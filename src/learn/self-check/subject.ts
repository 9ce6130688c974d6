import type { Tensors } from '../../engine/engine.ts';
import type { AttackResult } from '../attack/attack-result.ts';
import type { AttackBuilder, Target } from '../attack/attacker.ts';
import { type AttackSettings, declared } from '../attack/attacks.ts';
import type { Objective } from '../attack/objective.ts';
import type { Probe, ProbeObjective } from './probe.ts';

/** SHA-256 before the attack and after it: of the model's `weights` and, in a transfer, of those of the `surrogate`. */
export interface Digests {
  readonly before: Readonly<Record<string, string>>;
  readonly after: Readonly<Record<string, string>>;
}

/** What the checks look at: an attack, what it found, and a sample of the examples to probe. */
export interface Subject {
  readonly target: Target;
  readonly settings: AttackSettings;
  readonly result: AttackResult;
  readonly digests: Digests;
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

/** The images were made on another model: what the attack did says nothing of this one. */
export function isTransfer({ surrogateAccuracy }: AttackResult): boolean {
  return surrogateAccuracy !== undefined;
}

/** It is no attack, and not expected to find what one would. */
export function isControl({ name }: AttackSettings): boolean {
  return declared(name).search === 'control';
}

export function isPgd({ name }: AttackSettings): boolean {
  return declared(name).search === 'pgd';
}

export function isIterative({ name }: AttackSettings): boolean {
  return ['pgd', 'apgd', 'cascade'].includes(declared(name).search);
}

/** What an attack makes great, if it is one thing. */
export function climbedBy({ name, loss = 'cross-entropy' }: AttackSettings): Objective | undefined {
  const { climbs } = declared(name);
  return climbs === 'setting' ? loss : climbs;
}

/** The objective of the probes: that of the attack, with the margin for those that do not climb the cross entropy. */
export function objectiveOf(settings: AttackSettings): ProbeObjective {
  return climbedBy(settings) === 'cross-entropy' ? 'cross-entropy' : 'margin';
}
