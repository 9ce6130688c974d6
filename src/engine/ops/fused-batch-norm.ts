import * as tf from '@tensorflow/tfjs';
import type { GradSaver } from './grad-saver.ts';

/** Kernels of engines that have batch normalisation in training as one operator, and its gradient as another. */
export const FUSED = 'FusedBatchNormTraining';
export const FUSED_GRADIENT = 'FusedBatchNormTrainingGrad';

/** Whether the engine that runs now has these kernels. */
export function isFused(): boolean {
  return tf.getKernel(FUSED, tf.getBackend()) !== undefined;
}

type Formula = (...inputs: tf.Tensor[]) => tf.Tensor;

/** What batch normalisation computes, as formulas, for derivatives that no operator has. */
export interface BatchNormFormulas {
  mean(x: tf.Tensor): tf.Tensor;
  variance(x: tf.Tensor): tf.Tensor;
  /** The gradients with respect to x, gamma and beta. */
  gradients(dy: tf.Tensor, x: tf.Tensor, gamma: tf.Tensor): readonly [tf.Tensor, tf.Tensor, tf.Tensor];
}

/**
 * Batch normalisation by the fused kernels. Equal calls of a kernel are one node of a graph, so each result may be
 * taken from a call of its own. Derivatives of the gradient and of the statistics follow the formulas.
 */
export function fusedBatchNorm(
  x: tf.Tensor,
  gamma: tf.Tensor,
  beta: tf.Tensor,
  epsilon: number,
  formulas: BatchNormFormulas,
): { y: tf.Tensor; mean: tf.Tensor; variance: tf.Tensor } {
  const forward = (place: number, x: tf.Tensor) => call(FUSED, { x, gamma, beta }, { epsilon }, place);
  const slope = (place: 0 | 1 | 2) =>
    withDerivativesOf(
      (dy, x, gamma) => call(FUSED_GRADIENT, { dy, x, gamma, beta }, { epsilon }, place),
      (dy, x, gamma) => formulas.gradients(dy, x, gamma)[place],
    );
  const normalise = tf.customGrad((...args) => {
    const [x, gamma, _, save] = args as [tf.Tensor, tf.Tensor, tf.Tensor, GradSaver];
    save([x, gamma]);
    return {
      value: forward(0, x),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        return ([0, 1, 2] as const).map((place) => slope(place)(dy, ...saved));
      },
    };
  });
  return {
    y: normalise(x, gamma, beta),
    mean: withDerivativesOf((x) => forward(1, x), formulas.mean)(x),
    variance: withDerivativesOf((x) => forward(2, x), formulas.variance)(x),
  };
}

/** One of the results of a kernel. */
function call(kernel: string, inputs: tf.NamedTensorMap, attributes: object, place: number): tf.Tensor {
  const results = tf.engine().runKernel(kernel, inputs, attributes as tf.NamedAttrMap);
  const result = Array.isArray(results) ? results[place] : undefined;
  if (result === undefined) throw new Error(`${kernel} gave no result ${place}`);
  return result;
}

/** `value`, with the derivatives of a formula that computes the same. */
function withDerivativesOf(value: Formula, formula: Formula): Formula {
  return tf.customGrad((...args) => {
    const inputs = args.slice(0, -1) as tf.Tensor[];
    const save = args.at(-1) as unknown as GradSaver;
    save(inputs);
    return {
      value: value(...inputs),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => derivatives(formula, saved, dy),
    };
  });
}

/** The gradients of a formula, within another gradient: TensorFlow.js would then forget the tape of the outer one. */
function derivatives(formula: Formula, inputs: tf.Tensor[], dy: tf.Tensor): tf.Tensor[] {
  const { state } = tf.engine();
  const tape = state.activeTape;
  try {
    return tf.grads(formula)(inputs, dy);
  } finally {
    state.activeTape = tape;
  }
}
