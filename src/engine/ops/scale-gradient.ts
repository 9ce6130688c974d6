import * as tf from '@tensorflow/tfjs';

/**
 * The tensor itself, whose gradient is multiplied by `factor` on the way back. With a factor below 0 two parties of a
 * game can share one loss: what one lowers, the other raises (Ganin and Lempitsky 2015, "gradient reversal").
 */
export function scaleGradient<T extends tf.Tensor>(x: T, factor: number): T {
  const scaled = tf.customGrad((...args) => {
    const [x] = args as [tf.Tensor];
    return { value: tf.clone(x), gradFunc: (dy: tf.Tensor) => tf.mul(dy, factor) };
  });
  return scaled(x) as T;
}
