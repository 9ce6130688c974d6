import * as tf from '@tensorflow/tfjs';

/**
 * The identity, whose gradient is multiplied by `factor`. With a negative factor, two networks can share one loss
 * that one minimises and the other maximises (Ganin and Lempitsky 2015, "gradient reversal").
 */
export function scaleGradient<T extends tf.Tensor>(x: T, factor: number): T {
  const scaled = tf.customGrad((...args) => {
    const [x] = args as [tf.Tensor];
    return { value: tf.clone(x), gradFunc: (dy: tf.Tensor) => tf.mul(dy, factor) };
  });
  return scaled(x) as T;
}
