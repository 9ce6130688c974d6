import * as tf from '@tensorflow/tfjs';
import { softmaxCrossEntropy } from '../../engine/ops/softmax.ts';

/** Mean over the batch of -Σ labels · log softmax(logits). @param labels [batch, classes], rows of sum 1, hard or soft */
export function crossEntropy(logits: tf.Tensor2D, labels: tf.Tensor2D): tf.Scalar {
  return tf.mean(softmaxCrossEntropy(logits, labels));
}

/** Cross entropy with labels smoothed to (1 - smoothing) · labels + smoothing / classes. */
export function smooth(labels: tf.Tensor2D, smoothing: number): tf.Tensor2D {
  return smoothing === 0 ? labels : tf.add(tf.mul(labels, 1 - smoothing), smoothing / labels.shape[1]);
}
