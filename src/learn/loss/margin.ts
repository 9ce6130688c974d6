import * as tf from '@tensorflow/tfjs';

/**
 * Logit of the true class less the greatest other logit, of each example: below 0 where it is misclassified. Scaling all
 * logits does not change its sign. Where several others are equally great, TensorFlow.js gives each the whole gradient.
 * @param labels one-hot [batch, classes]
 * @returns [batch]
 */
export function margin(logits: tf.Tensor2D, labels: tf.Tensor2D): tf.Tensor1D {
  const own = tf.sum(tf.mul(logits, labels), 1);
  // Far below any logit, so that it works for negative ones too.
  const others = tf.max(tf.sub(logits, tf.mul(labels, 1e30)), 1);
  return tf.sub(own, others);
}
