import type { Tensors } from '../../engine/engine.ts';
import type { Work } from './meter.ts';

/** Where a loop leaves what it has reached. `load` gives what `save` was last given, or nothing. */
export interface Snapshots<T> {
  load(): Promise<T | undefined>;
  save(snapshot: T): Promise<void>;
}

/** The results of one epoch. */
export interface EpochRecord {
  /** From 1. */
  readonly epoch: number;
  /** Mean over the steps. */
  readonly loss: number;
  /** Accuracy on the prepared batches (mixed, attacked), in [0, 1]. */
  readonly accuracy: number;
  /** Learning rate of the last step. */
  readonly learningRate: number;
  /** Accuracy on the validation part, in [0, 1]; under attack for a robust method. */
  readonly validation?: number;
  /** Mean cross entropy on the validation part; under attack for a robust method. */
  readonly validationLoss?: number;
  /** The work of its steps without validation, if it can be counted; see `meter.ts`. */
  readonly work?: Work;
}

/** What the first steps of an epoch gave. */
export interface EpochSoFar {
  /** Number of steps, at least 1, and fewer than the epoch has. */
  readonly steps: number;
  /** Sum of the losses of the steps. */
  readonly lossSum: number;
  /** Number of examples that were classified correctly. */
  readonly correct: number;
  /** Their work, if it can be counted. */
  readonly work?: Work | undefined;
  /** The time that they took, for measurements. */
  readonly seconds: number;
}

/** A training after some steps. Random streams are counted by epoch and batch, so no generator has to be kept. */
export interface TrainingSnapshot {
  /** Whole epochs done. */
  readonly epoch: number;
  /** The epoch after these, if some of its steps are done. */
  readonly within?: EpochSoFar | undefined;
  readonly history: readonly EpochRecord[];
  /** The epoch of the best validation accuracy, if there is a validation part. */
  readonly best?: { readonly epoch: number; readonly accuracy: number } | undefined;
  /** Groups `model/…`, `own/…`, `state/…`, `velocity/…`, and `best/…`: model and state of the best epoch. */
  readonly tensors: Tensors;
}
