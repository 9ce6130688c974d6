import * as tf from '@tensorflow/tfjs';
import { softmaxCrossEntropy } from '../../engine/ops/softmax.ts';
import { dlr, logitDifference, targetedDlr } from '../loss/dlr.ts';
import { withGradients } from '../loss/gradients.ts';
import { margin } from '../loss/margin.ts';
import type { Model, NamedTensors } from '../model/model.ts';
import { rank4 } from '../model/rank.ts';

/**
 * The objective that an attack maximises. `margin` is the largest other logit minus the true one, as in CW∞
 * evaluations; `dlr` divides it by a difference of logits (Croce and Hein 2020).
 */
export type Objective = 'cross-entropy' | 'margin' | 'dlr';

/** Objectives with a target class t; `logit-difference` is z_t - z_y. */
export type TargetedObjective = 'targeted-dlr' | 'logit-difference';

/** A value for each example, [batch], from logits [batch, classes]. */
export type ExampleValues = (logits: tf.Tensor2D) => tf.Tensor1D;

/** @param labels one-hot [batch, classes] */
export function untargeted(objective: Objective, labels: tf.Tensor2D): ExampleValues {
  switch (objective) {
    case 'cross-entropy':
      return (logits) => softmaxCrossEntropy(logits, labels);
    case 'margin':
      return (logits) => tf.neg(margin(logits, labels));
    case 'dlr':
      return (logits) => dlr(logits, labels);
  }
}

/** @param labels one-hot [batch, classes]; `targets` too, which objectives without a target ignore */
export function valuesOf(
  objective: Objective | TargetedObjective,
  labels: tf.Tensor2D,
  targets: tf.Tensor2D,
): ExampleValues {
  switch (objective) {
    case 'targeted-dlr':
      return (logits) => targetedDlr(logits, labels, targets);
    case 'logit-difference':
      return (logits) => logitDifference(logits, labels, targets);
    default:
      return untargeted(objective, labels);
  }
}

/**
 * For use inside a tensor function: the objective of each example, its gradient with respect to the image, the l1
 * norm of the gradient, and the logits of the model in `eval` mode.
 */
export function differentiate(
  model: Model,
  weights: NamedTensors,
  images: tf.Tensor,
  valuesOf: ExampleValues,
): { logits: tf.Tensor; objective: tf.Tensor; gradient: tf.Tensor; gradientNorms: tf.Tensor } {
  const { results, gradients } = withGradients(
    () => {
      const { logits } = model.forward(weights, rank4(images), 'eval');
      const objective = valuesOf(logits);
      // The sum instead of the mean, so that the gradient of an example does not depend on the batch size.
      return { value: tf.sum(objective), results: { logits, objective } };
    },
    { images },
  );
  const { logits, objective } = results;
  if (!logits || !objective) throw new Error('The gradient came without its results');
  const gradientNorms = tf.sum(tf.abs(gradients.images), [1, 2, 3]);
  return { logits, objective, gradient: gradients.images, gradientNorms };
}
