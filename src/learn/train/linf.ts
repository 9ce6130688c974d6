import * as tf from '@tensorflow/tfjs';

// What attacks in training and in evaluation share: a step in the l∞ ball.

/**
 * One ascent step: x + stepSize · sign(gradient), projected to the ball [origin - epsilon, origin + epsilon], then
 * clipped to [0, 1]. With epsilon 0 the result is exactly `origin`. Rounding to float32 can exceed epsilon by 6e-8. A
 * zero gradient moves nothing. The sign of NaN is also 0, so NaN must be detected elsewhere.
 * @param epsilon a scalar in [0, 1], like `stepSize`
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
 * A random start: adds `noise` (uniform in [-epsilon, epsilon)) to the images and clips to [0, 1].
 * @param images in [0, 1]; not changed
 */
export function perturbed(images: Float32Array, noise: Float32Array): Float32Array {
  return images.map((pixel, index) => Math.min(Math.max(pixel + (noise[index] ?? 0), 0), 1));
}
