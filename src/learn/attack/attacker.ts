import type { Engine, HostTensor, Tensors } from '../../engine/engine.ts';
import type { Batch } from '../data/batch.ts';
import type { Model } from '../model/model.ts';
import type { Stream } from '../random/stream.ts';

/** The model under attack, in `eval` mode, with weights that never change. */
export interface Target {
  readonly engine: Engine;
  readonly model: Model;
  readonly weights: Tensors;
}

export interface AttackBatch extends Batch {
  /** If true, no row may be dropped, because the model under attack treats each row differently. */
  readonly whole?: boolean;
  /**
   * The random stream of one example, given by its row in this batch. It depends on the seed and the example, not on
   * the batch.
   */
  random(name: string, row: number, ...counters: number[]): Stream;
}

export interface Perturbed {
  /** Of the shape of the clean images. */
  readonly images: HostTensor;
  /** l1 norm of each example's first gradient, if the attack uses gradients. Zero is a sign of gradient masking. */
  readonly gradientNorms?: Float32Array;
  /**
   * For attacks that search for the nearest misclassified image: its l∞ distance, even if it is beyond epsilon; 0 if
   * the clean image is misclassified, infinity if none was found. Never less than the true distance.
   */
  readonly distances?: Float32Array;
}

/** An attack, ready to run on one target. */
export interface Attacker {
  /** Radius of the l∞ ball that the attack respects. */
  readonly epsilon: number;
  perturb(batch: AttackBatch): Promise<Perturbed>;
  dispose(): Promise<void>;
}

/** Prepares an attack for a target. Its settings are given before: `pgd({ epsilon: 8 / 255, steps: 20 })`. */
export type AttackBuilder = (target: Target) => Attacker;
