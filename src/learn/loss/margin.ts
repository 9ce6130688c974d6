import * as tf from '@tensorflow/tfjs';

/**
 * For each example, the logit of the true class minus the largest other logit: below 0 if it is misclassified.
 * Scaling all logits does not change the sign. If several others are equally large, TensorFlow.js gives each the
 * whole gradient.
 * @param labels one-hot [batch, classes]
 * @returns [batch]
 */
export function margin(logits: tf.Tensor2D, labels: tf.Tensor2D): tf.Tensor1D {
  const own = tf.sum(tf.mul(logits, labels), 1);
  // Far below any logit, so that it also works if all logits are negative.
  const others = tf.max(tf.sub(logits, tf.mul(labels, 1e30)), 1);
  return tf.sub(own, others);
}
