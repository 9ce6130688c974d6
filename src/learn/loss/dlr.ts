import * as tf from '@tensorflow/tfjs';
import { Failure } from '../../failure.ts';
import { margin } from './margin.ts';

// Difference of logits ratio (Croce and Hein 2020, equations 6 and 7). Shifting or scaling the logits does not change
// these losses, so a model cannot hide its gradient behind large logits, as it can with cross entropy.

/** Keeps the ratio finite if the logits are equal; from the reference implementation. */
const tiny = 1e-12;

/**
 * DLR loss of each example: -(z_y - max of z_j, j ≠ y) / (z_π1 - z_π3), where π sorts the logits in descending order.
 * It is in [-1, 0] if the prediction is right, and above 0 if it is wrong. Gradients flow through the denominator
 * too.
 * @param logits [batch, classes], at least 3 classes
 * @param labels one-hot [batch, classes]
 * @returns [batch]
 * @throws Failure `too-few-classes`
 */
export function dlr(logits: tf.Tensor2D, labels: tf.Tensor2D): tf.Tensor1D {
  requireClasses(logits.shape[1], 3, 'The DLR loss');
  return tf.neg(tf.div(margin(logits, labels), tf.add(atRanks(logits, [1, 0, -1]), tiny)));
}

/**
 * Targeted DLR loss of each example for a class t: -(z_y - z_t) / (z_π1 - (z_π3 + z_π4) / 2).
 * @param logits [batch, classes], at least 4 classes
 * @param labels one-hot [batch, classes]; `targets` too
 * @returns [batch]
 * @throws Failure `too-few-classes`
 */
export function targetedDlr(logits: tf.Tensor2D, labels: tf.Tensor2D, targets: tf.Tensor2D): tf.Tensor1D {
  requireClasses(logits.shape[1], 4, 'The targeted DLR loss');
  return tf.div(logitDifference(logits, labels, targets), tf.add(atRanks(logits, [1, 0, -0.5, -0.5]), tiny));
}

/**
 * z_t - z_y of each example: above 0 if class t has a larger logit than the true one.
 * @param targets one-hot, like `labels`
 */
export function logitDifference(logits: tf.Tensor2D, labels: tf.Tensor2D, targets: tf.Tensor2D): tf.Tensor1D {
  return tf.sum(tf.mul(logits, tf.sub(targets, labels)), 1);
}

/** @throws Failure `too-few-classes` */
export function requireClasses(classes: number, least: number, what: string): void {
  if (classes >= least) return;
  throw new Failure('too-few-classes', `${what} needs ${least} classes, and there are ${classes}.`, {
    hint: 'Use apgd-ce or cw instead, or `loss: margin` of pgd.',
    details: { classes, least },
  });
}

/** Σ_k weights_k · z_πk of each example: from [batch, classes] to [batch]. Of equal logits, the first comes first. */
function atRanks(logits: tf.Tensor2D, weights: readonly number[]): tf.Tensor1D {
  // TensorFlow.js has no gradient of topk. None is needed: the order is constant wherever the loss has a gradient.
  const coefficients = tf.customGrad((...args) => {
    const [rows] = args as [tf.Tensor2D]; // the arguments of a custom gradient are not typed
    const { indices } = tf.topk(rows, weights.length, true);
    const masks = tf.oneHot(indices, rows.shape[1], 1, 0, 'float32');
    const weighted = tf.mul(masks, tf.tensor3d([...weights], [1, weights.length, 1]));
    return { value: tf.sum(weighted, 1), gradFunc: (dy: tf.Tensor) => tf.zerosLike(dy) };
  });
  return tf.sum(tf.mul(logits, coefficients(logits)), 1);
}
