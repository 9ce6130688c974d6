import * as tf from '@tensorflow/tfjs';
import { logSoftmax, softmax } from '../../engine/ops/softmax.ts';
import { rank1, rank2 } from '../model/rank.ts';

/**
 * How the terms of a batch are reduced to one number. `batchmean`: sum over classes, mean over examples (the
 * definition). `mean`: mean over both, which is smaller by a factor of the number of classes; ARD and RSLAD use it.
 */
export type Reduction = 'batchmean' | 'mean';

export interface KlSettings {
  /** Both logits are divided by the temperature. */
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

/** Reduces terms [batch, classes] to one number. */
export function reduced(terms: tf.Tensor2D, reduction: Reduction): tf.Scalar {
  return reduction === 'mean' ? tf.mean(terms) : tf.mean(tf.sum(terms, 1));
}

/**
 * The soft-label loss of knowledge distillation, τ² · KL(teacher ‖ student) (Hinton et al. 2015, section 2: the
 * factor τ² keeps the size of the gradient independent of τ).
 *
 * A difference of logarithms has an error of about 1e-7, and τ² amplifies it. So above τ = 1 the divergence is
 * computed by another formula, which is accurate.
 */
export function distillation(student: tf.Tensor2D, teacher: tf.Tensor2D, settings: KlSettings): tf.Scalar {
  const { temperature } = settings;
  const divergence =
    temperature > 1 ? softDivergence(teacher, student, settings) : klDivergence(teacher, student, settings);
  return tf.mul(divergence, temperature ** 2);
}

/** Like `klDivergence`, but with a small relative error in float32 even if the distributions are nearly equal. */
function softDivergence(p: tf.Tensor2D, q: tf.Tensor2D, { temperature, reduction }: KlSettings): tf.Scalar {
  const [tempered, change] = [tf.div(p, temperature), tf.div(tf.sub(q, p), temperature)];
  const divergences = divergencesOf(rank2(tempered), rank2(change));
  return reduction === 'mean' ? tf.div(tf.mean(divergences), p.shape[1]) : tf.mean(divergences);
}

/** The largest change of a logit whose exponential does not overflow in float32. */
const greatestChange = 60;

/**
 * KL(softmax(z) ‖ softmax(z + d)) of each row, [batch]. With p = softmax(z) and c = d - Σ p d, it is
 * log Σ p exp(c) = log(1 + Σ p (exp(c) - 1 - c)), because Σ p c = 0: a sum of terms that are not negative.
 */
function divergencesOf(logits: tf.Tensor2D, change: tf.Tensor2D): tf.Tensor1D {
  const p = softmax(logits);
  const centred = tf.sub(change, tf.sum(tf.mul(p, change), 1, true));
  const alike = tf.log1p(tf.sum(tf.mul(p, exponentialBeyondLinear(centred)), 1));
  const apart = tf.sum(tf.mul(p, tf.sub(logSoftmax(logits), logSoftmax(tf.add(logits, change)))), 1);
  return either(tf.step(tf.sub(greatestChange, tf.max(centred, 1))), rank1(alike), rank1(apart));
}

/** exp(x) - 1 - x. For small x the series is used, because the difference would lose all digits. */
function exponentialBeyondLinear(x: tf.Tensor): tf.Tensor {
  // Clipped where the other form is used, so that no gradient is infinity times 0.
  const near = tf.clipByValue(x, -0.5, 0.5);
  let series: tf.Tensor = tf.scalar(1);
  for (let n = 9; n >= 3; n -= 1) series = tf.add(tf.div(tf.mul(series, near), n), 1);
  const small = tf.mul(tf.div(tf.square(near), 2), series);
  const large = tf.sub(tf.expm1(tf.minimum(x, greatestChange)), x);
  return either(tf.step(tf.sub(0.5, tf.abs(x))), small, large);
}

/**
 * `then` where the mask is 1, `otherwise` where it is 0; both are finite. (TensorFlow.js has no gradients of
 * comparisons.)
 */
function either<T extends tf.Tensor>(mask: tf.Tensor, then: T, otherwise: T): T {
  return tf.add<T>(tf.mul<T>(then, mask), tf.mul<T>(otherwise, tf.sub(1, mask)));
}
