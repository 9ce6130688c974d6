import * as tf from '@tensorflow/tfjs';
import { logSoftmax, softmax } from '../../engine/ops/softmax.ts';

/**
 * How the terms of a batch become one number. `batchmean`: sum over classes, mean over examples (the definition).
 * `mean`: mean over both, which is smaller by the number of classes; ARD and RSLAD use it.
 */
export type Reduction = 'batchmean' | 'mean';

export interface KlSettings {
  /** Both logits are divided by it. */
  readonly temperature: number;
  readonly reduction: Reduction;
}

/** KL(softmax(p / τ) ‖ softmax(q / τ)) of two batches of logits [batch, classes]. Gradients flow through both. */
export function klDivergence(
  p: tf.Tensor2D,
  q: tf.Tensor2D,
  { temperature, reduction }: KlSettings,
): tf.Scalar {
  return reduced(klTerms(tf.div(p, temperature), tf.div(q, temperature)), reduction);
}

/** The terms softmax(p) · (log softmax(p) - log softmax(q)) of the divergence of two batches of logits [batch, classes]. */
export function klTerms(p: tf.Tensor2D, q: tf.Tensor2D): tf.Tensor2D {
  return tf.mul(softmax(p), tf.sub(logSoftmax(p), logSoftmax(q)));
}

/** Terms [batch, classes] as one number. */
export function reduced(terms: tf.Tensor2D, reduction: Reduction): tf.Scalar {
  return reduction === 'mean' ? tf.mean(terms) : tf.mean(tf.sum(terms, 1));
}

/**
 * The soft-label loss of knowledge distillation, τ² · KL(teacher ‖ student) (Hinton et al. 2015, section 2: τ² keeps
 * the size of its gradient independent of τ).
 */
export function distillation(student: tf.Tensor2D, teacher: tf.Tensor2D, settings: KlSettings): tf.Scalar {
  return tf.mul(klDivergence(teacher, student, settings), settings.temperature ** 2);
}
