import * as tf from '@tensorflow/tfjs';
import type { NamedTensors } from '../model/model.ts';
import type { MethodBuilder } from './method.ts';

export interface AwpSettings {
  /** How far each tensor of weights is moved, as a part of its own l2 norm. 0: not at all. */
  readonly gamma: number;
}

/** That of the authors' code on top of adversarial training; on top of TRADES it is 0.005. */
export const awpDefaults: AwpSettings = { gamma: 0.01 };

/**
 * Adversarial weight perturbation (Wu et al. 2020), on top of any method: each step takes the loss's gradient where the
 * weights have first gone a little way up the loss. The running statistics are those of that second pass.
 */
export function awp(method: MethodBuilder, { gamma }: AwpSettings = awpDefaults): MethodBuilder {
  return (context) => ({ ...method(context), weightPerturbation: gamma });
}

/**
 * The way up the loss: γ · ‖w‖ · g / ‖g‖ for each tensor w of filters or dense weights with the gradient g. Biases and
 * batch norm, which have one axis, stay. A tensor without a gradient stays too.
 */
export function weightShifts(parameters: NamedTensors, gradients: NamedTensors, gamma: number): NamedTensors {
  const shifts = Object.entries(parameters).flatMap(([name, weights]) => {
    const gradient = gradients[name];
    if (weights.rank < 2 || gradient === undefined) return [];
    // The smallest float32 that is not subnormal is 1e-38: the authors' 1e-20 is safe.
    const length = tf.div(tf.mul(norm(weights), gamma), tf.add(norm(gradient), 1e-20));
    return [[name, tf.mul(gradient, length)] as const];
  });
  return Object.fromEntries(shifts);
}

function norm(tensor: tf.Tensor): tf.Tensor {
  return tf.sqrt(tf.sum(tf.square(tensor)));
}
