import * as tf from '@tensorflow/tfjs';

// All that training's inner maximisation and the evaluation attacks share: how a step in the l∞ ball is taken.

/**
 * One step of ascent: x + stepSize · sign(gradient), then into the ball [origin - epsilon, origin + epsilon], then into
 * [0, 1], in this order. With epsilon 0 the result is `origin` bit for bit; rounding to float32 can take it past
 * epsilon by 6e-8. A gradient of 0 moves nothing; the sign of NaN is 0 too, so NaN must be looked for elsewhere.
 * @param epsilon a scalar, in [0, 1]; so is `stepSize`
 */
export function ascend({ images, origin, gradient, epsilon, stepSize }: AscendInputs): tf.Tensor {
  const moved = tf.add(images, tf.mul(tf.sign(gradient), stepSize));
  const inBall = tf.minimum(tf.maximum(moved, tf.sub(origin, epsilon)), tf.add(origin, epsilon));
  return tf.clipByValue(inBall, 0, 1);
}

interface AscendInputs {
  readonly images: tf.Tensor;
  /** The clean images, in [0, 1]. */
  readonly origin: tf.Tensor;
  readonly gradient: tf.Tensor;
  readonly epsilon: tf.Tensor;
  readonly stepSize: tf.Tensor;
}

/**
 * A random start: `noise` (uniform in [-epsilon, epsilon)) added to the images, then into [0, 1].
 * @param images in [0, 1]; not changed
 */
export function perturbed(images: Float32Array, noise: Float32Array): Float32Array {
  return images.map((pixel, index) => Math.min(Math.max(pixel + (noise[index] ?? 0), 0), 1));
}
