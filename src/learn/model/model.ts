import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs';

/** How a tensor is initialised. */
export type Init =
  | { readonly kind: 'constant'; readonly value: number }
  /** Uniform in [-bound, bound). */
  | { readonly kind: 'uniform'; readonly bound: number }
  /** Normal with mean 0. */
  | { readonly kind: 'normal'; readonly deviation: number };

/** A tensor that a model needs, by name. */
export interface TensorSpec {
  /** The name in PyTorch: `layer1.0.conv1.weight`. */
  readonly name: string;
  /** Filters are [height, width, in, out], dense weights [in, out]: PyTorch's axes in another order. */
  readonly shape: readonly number[];
  /** For each axis in PyTorch, our axis. Default: [3, 2, 0, 1] for filters, [1, 0] for dense weights. */
  readonly pytorchAxes?: readonly number[];
  readonly init: Init;
}

/** A point of a network whose activations are compared in distillation. */
export interface TapSpec {
  readonly name: string;
  readonly channels: number;
}

/** Symbolic or eager tensors by name. */
export type NamedTensors = Readonly<Record<string, Tensor>>;

/**
 * `train`: batch norm uses the statistics of the batch and updates the running ones. `eval`: it uses the running
 * ones; nothing is updated.
 */
export type Mode = 'train' | 'eval';

export interface Output {
  /** [batch, classes], before softmax. */
  readonly logits: Tensor2D;
  /** Activations [batch, height, width, channels] at the model's taps, in order. */
  readonly taps: readonly Tensor4D[];
  /** The new value of each state tensor in `train` mode; empty in `eval` mode. */
  readonly state: NamedTensors;
}

/** An image classifier as a pure function of its tensors. It is the same for all engines and contains no values. */
export interface Model {
  readonly name: string;
  /** Height, width, channels. */
  readonly inputShape: readonly [height: number, width: number, channels: number];
  readonly classes: number;
  /** Names of the classes that it was trained on, in order; unknown for imported weights. */
  readonly classNames?: readonly string[] | undefined;
  /** Tensors that are trained. */
  readonly parameters: readonly TensorSpec[];
  /** Tensors that are updated but not trained: running means and variances. */
  readonly state: readonly TensorSpec[];
  readonly taps: readonly TapSpec[];
  /**
   * @param tensors parameters and state, by name
   * @param images float32 [batch, height, width, channels] in [0, 1]; the model normalises them
   */
  forward(tensors: NamedTensors, images: Tensor4D, mode: Mode): Output;
}
