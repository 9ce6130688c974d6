import type { HostTensor, Tensors } from '../../engine/engine.ts';
import type { AttackResult } from '../attack/attack-result.ts';
import type { AttackBuilder, Target } from '../attack/attacker.ts';
import { type AttackSettings, declared } from '../attack/attacks.ts';
import type { Classified } from '../attack/classify.ts';
import type { Objective } from '../attack/objective.ts';
import type { Probe, ProbeObjective } from './probe.ts';

/** SHA-256 before and after the attack: of the model's `weights` and, in a transfer attack, of the `surrogate`'s. */
export interface Digests {
  readonly before: Readonly<Record<string, string>>;
  readonly after: Readonly<Record<string, string>>;
}

/** The input of the checks: an attack, its results, and a sample of examples to probe. */
export interface Subject {
  readonly target: Target;
  readonly settings: AttackSettings;
  readonly result: AttackResult;
  readonly digests: Digests;
  /** If undefined, only existing results are checked. */
  readonly sample: Sample | undefined;
}

export interface Sample {
  /** Indices in the data set, ascending. */
  readonly examples: readonly number[];
  readonly probe: Probe;
  /** For each example, whether it is correct without an attack, and whether it withstood the cell's attack. */
  readonly clean: readonly boolean[];
  readonly robust: readonly boolean[];
  /** Of the sample a few examples, which are enough to check what holds for any output of the model. */
  readonly outputs: OutputSample;
  /** Stands for the cell's attack in the test with planted adversarial examples, if it can be tested. */
  readonly iterative: { readonly attack: AttackBuilder; readonly settings: AttackSettings } | undefined;
}

/** A few examples, in a batch of another size than those of the cell. */
export interface OutputSample {
  /** Classifies the clean images, or other images in their place. */
  look(images?: HostTensor): Promise<Classified>;
  /** Results of the cell for each example: adversarial images, predictions, losses. */
  readonly found: Tensors;
}

/** In a transfer attack, the images were made on another model: the attack says nothing about this one's gradients. */
export function isTransfer({ surrogateAccuracy }: AttackResult): boolean {
  return surrogateAccuracy !== undefined;
}

/** Controls, such as noise, are not expected to find adversarial images. */
export function isControl({ name }: AttackSettings): boolean {
  return declared(name).search === 'control';
}

export function isPgd({ name }: AttackSettings): boolean {
  return declared(name).search === 'pgd';
}

export function isIterative({ name }: AttackSettings): boolean {
  return ['pgd', 'apgd', 'cascade'].includes(declared(name).search);
}

/** The objective that an attack maximises, if it is a single one. */
export function climbedBy({ name, loss = 'cross-entropy' }: AttackSettings): Objective | undefined {
  const { climbs } = declared(name);
  return climbs === 'setting' ? loss : climbs;
}

/** The objective of the probes: cross entropy if the attack maximises it, otherwise the margin. */
export function objectiveOf(settings: AttackSettings): ProbeObjective {
  return climbedBy(settings) === 'cross-entropy' ? 'cross-entropy' : 'margin';
}
