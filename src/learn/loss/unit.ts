import * as tf from '@tensorflow/tfjs';

/** Keeps square roots differentiable at 0. */
export const tiny = 1e-12;

/** Divides each row by its l2 norm; a row of zeros does not change. */
export function unit(rows: tf.Tensor2D): tf.Tensor2D {
  return tf.mul(rows, tf.rsqrt(tf.add(tf.sum(tf.square(rows), 1, true), tiny)));
}
