import type { Scalar, Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import type { Engine, Tensors } from '../../engine/engine.ts';
import type { Batch } from '../data/batch.ts';
import type { Model, NamedTensors, TensorSpec } from '../model/model.ts';
import type { Stream } from '../random/stream.ts';

/** What a method may use when a training starts. */
export interface MethodContext {
  readonly engine: Engine;
  /** The model that is trained. */
  readonly model: Model;
}

/** Makes a method ready for one training. Its settings are bound before: `pgdAt({ epsilon: 8 / 255, … })`. */
export type MethodBuilder = (context: MethodContext) => Method;

/**
 * A way to train: what is done to a batch before the step, and the loss of the step. The loop, the optimiser and the
 * snapshots are the same for all.
 */
export interface Method {
  readonly name: string;
  /** Begins the names of the streams that all starting values are drawn from: see `initialise`. Default `init`. */
  readonly initScope?: string;
  /** Tensors that are trained beside the model's and dropped at the end. */
  readonly parameters?: readonly TensorSpec[];
  /** Whether `parameters` stay as they are in a step with these extras: then its loss need not depend on them. */
  ownRest?(extras: NamedTensors): boolean;
  /** Tensors that the loss reads and nothing changes, such as a teacher's weights. */
  readonly fixed?: Tensors;
  /** What goes from step to step beside parameters and state, and is dropped at the end. */
  readonly carried?: Carried;
  /** γ of adversarial weight perturbation: `weight-perturbation.ts`. Default 0: none. */
  readonly weightPerturbation?: number;
  /** How many steps in succession take the same batch. Default 1. */
  readonly replays?: number;
  /** Changes a batch, before the step: mixes it, attacks it. */
  prepare?(batch: Batch, step: TrainingStepContext): Promise<PreparedBatch> | PreparedBatch;
  /** The same for validation, of which the best epoch is chosen: a robust method attacks. Default: nothing. */
  prepareValidation?(batch: Batch, step: StepContext): Promise<Batch>;
  /** The loss of a prepared batch, in tensor code; its gradient is taken with respect to all parameters. */
  loss(inputs: LossInputs): LossOutput;
  dispose?(): Promise<void>;
}

/** Tensors that a step changes by their gradients in another way than the optimiser does. */
export interface Carried {
  /** @param batchSize images in each batch of the training */
  specs(batchSize: number): readonly TensorSpec[];
  /** The new values, from the old ones and the gradients of the loss with respect to them, all by their names. */
  next(old: NamedTensors, gradients: NamedTensors): NamedTensors;
}

export interface PreparedBatch extends Batch {
  /** Further tensors that belong to the batch and that the loss reads: adversarial images beside the clean ones. */
  readonly extras?: Tensors;
}

export interface StepContext {
  /** The model's parameters and state as they are before the step. */
  readonly weights: Tensors;
  /** A stream of this seed, epoch and batch. */
  random(name: string): Stream;
}

export interface TrainingStepContext extends StepContext {
  /** How many steps the training has taken before this one. */
  readonly step: number;
  /** How many it will take in all. */
  readonly steps: number;
}

export interface LossInputs {
  /** The model's parameters and state. */
  readonly weights: NamedTensors;
  /** The tensors of `Method.parameters`. */
  readonly own: NamedTensors;
  /** The tensors of `Method.fixed`. */
  readonly fixed: NamedTensors;
  readonly images: Tensor4D;
  /** [batch, classes], one-hot or soft. */
  readonly labels: Tensor2D;
  /** The tensors of `PreparedBatch.extras`. */
  readonly extras: NamedTensors;
  /** The tensors of `Method.carried`. */
  readonly carried: NamedTensors;
}

export interface LossOutput {
  readonly loss: Scalar;
  readonly logits: Tensor2D;
  /** The model's new state. */
  readonly state: NamedTensors;
}
