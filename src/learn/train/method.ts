import type { Scalar, Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import type { Engine, Tensors } from '../../engine/engine.ts';
import type { Batch } from '../data/batch.ts';
import type { Model, NamedTensors, TensorSpec } from '../model/model.ts';
import type { Stream } from '../random/stream.ts';

/** What a method can use when a training starts. */
export interface MethodContext {
  readonly engine: Engine;
  /** The model that is trained. */
  readonly model: Model;
}

/** Prepares a method for one training. Its settings are given before: `pgdAt({ epsilon: 8 / 255, … })`. */
export type MethodBuilder = (context: MethodContext) => Method;

/**
 * A way to train: what is done to a batch before the step, and the loss of the step. The loop, the optimiser and the
 * snapshots are the same for all.
 */
export interface Method {
  readonly name: string;
  /** Prefix of the names of the random streams for initial values; see `initialise`. Default `init`. */
  readonly initScope?: string;
  /** Tensors that are trained together with the model's, and dropped at the end. */
  readonly parameters?: readonly TensorSpec[];
  /** Whether `parameters` do not change in a step with these extras; its loss then need not depend on them. */
  ownRest?(extras: NamedTensors): boolean;
  /** Constant tensors that the loss reads, such as a teacher's weights. */
  readonly fixed?: Tensors;
  /** Further tensors that are kept from step to step, and dropped at the end. */
  readonly carried?: Carried;
  /** γ of adversarial weight perturbation; see `weight-perturbation.ts`. Default 0: none. */
  readonly weightPerturbation?: number;
  /** Number of consecutive steps on the same batch. Default 1. */
  readonly replays?: number;
  /** Changes a batch before the step: mixes or attacks it. */
  prepare?(batch: Batch, step: TrainingStepContext): Promise<PreparedBatch> | PreparedBatch;
  /** The same for validation, which chooses the best epoch: a robust method attacks. Default: nothing. */
  prepareValidation?(batch: Batch, step: StepContext): Promise<Batch>;
  /** The loss of a prepared batch, in tensor code; its gradient with respect to all parameters is taken. */
  loss(inputs: LossInputs): LossOutput;
  dispose?(): Promise<void>;
}

/** Tensors that are updated by their gradients in another way than by the optimiser. */
export interface Carried {
  /** @param batchSize images in each batch of the training */
  specs(batchSize: number): readonly TensorSpec[];
  /** The new values, computed from the old ones and the gradients of the loss with respect to them, by name. */
  next(old: NamedTensors, gradients: NamedTensors): NamedTensors;
}

export interface PreparedBatch extends Batch {
  /** Further tensors of the batch that the loss reads, such as adversarial images besides the clean ones. */
  readonly extras?: Tensors;
}

export interface StepContext {
  /** The model's parameters and state before the step, from where the engine keeps them. */
  weights(): Promise<Tensors>;
  /** A random stream for this seed, epoch and batch. */
  random(name: string): Stream;
}

export interface TrainingStepContext extends StepContext {
  /** Number of steps before this one. */
  readonly step: number;
  /** Total number of steps. */
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
