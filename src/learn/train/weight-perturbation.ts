import * as tf from '@tensorflow/tfjs';
import type { NamedTensors } from '../model/model.ts';
import type { MethodBuilder } from './method.ts';

export interface AwpSettings {
  /** How far each weight tensor is moved, as a fraction of its own l2 norm. 0: not at all. */
  readonly gamma: number;
}

/** The value in the authors' code for adversarial training; for TRADES it is 0.005. */
export const awpDefaults: AwpSettings = { gamma: 0.01 };

/**
 * Adversarial weight perturbation (Wu et al. 2020), with any method: the gradient of each step is computed at weights
 * that were first moved up the loss. The running statistics are those of this second pass.
 */
export function awp(method: MethodBuilder, { gamma }: AwpSettings = awpDefaults): MethodBuilder {
  return (context) => ({ ...method(context), weightPerturbation: gamma });
}

/**
 * The shift up the loss: γ · ‖w‖ · g / ‖g‖ for each tensor w of filters or dense weights with gradient g. Biases and
 * batch norm, which have one axis, do not move, and neither does a tensor without a gradient.
 */
export function weightShifts(parameters: NamedTensors, gradients: NamedTensors, gamma: number): NamedTensors {
  const shifts = Object.entries(parameters).flatMap(([name, weights]) => {
    const gradient = gradients[name];
    if (weights.rank < 2 || gradient === undefined) return [];
    // The smallest normal float32 is 1e-38, so the authors' 1e-20 is safe.
    const length = tf.div(tf.mul(norm(weights), gamma), tf.add(norm(gradient), 1e-20));
    return [[name, tf.mul(gradient, length)] as const];
  });
  return Object.fromEntries(shifts);
}

function norm(tensor: tf.Tensor): tf.Tensor {
  return tf.sqrt(tf.sum(tf.square(tensor)));
}
