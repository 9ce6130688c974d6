import type { Engine, HostTensor, Tensors } from '../../engine/engine.ts';
import type { Batch } from '../data/batch.ts';
import type { Model } from '../model/model.ts';
import type { Stream } from '../random/stream.ts';

/** What is attacked: a model in `eval` mode whose weights never change. */
export interface Target {
  readonly engine: Engine;
  readonly model: Model;
  readonly weights: Tensors;
}

export interface AttackBatch extends Batch {
  /** The stream of one example, by its row here: it depends on the seed and on which example it is, not on the batch. */
  random(name: string, row: number, ...counters: number[]): Stream;
}

export interface Perturbed {
  /** Of the shape of the clean images. */
  readonly images: HostTensor;
  /** l1 norm of each example's first gradient, if gradients were taken: 0 is a sign of gradient masking. */
  readonly gradientNorms?: Float32Array;
  /**
   * Of attacks that look for the nearest misclassified image: its l∞ distance, be it within epsilon or not; 0 where the clean
   * image is misclassified, infinity where none was found. Never less than the true one.
   */
  readonly distances?: Float32Array;
}

/** An attack, ready to run on one target. */
export interface Attacker {
  /** Radius of the l∞ ball that it keeps to. */
  readonly epsilon: number;
  perturb(batch: AttackBatch): Promise<Perturbed>;
  dispose(): Promise<void>;
}

/** Makes an attack ready. Its settings are bound before: `pgd({ epsilon: 8 / 255, steps: 20 })`. */
export type AttackBuilder = (target: Target) => Attacker;
