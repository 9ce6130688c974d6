import * as tf from '@tensorflow/tfjs';
import { softmaxCrossEntropy } from '../../engine/ops/softmax.ts';
import { dlr } from '../loss/dlr.ts';
import { withGradients } from '../loss/gradients.ts';
import { margin } from '../loss/margin.ts';
import type { Model, NamedTensors } from '../model/model.ts';
import { rank4 } from '../model/rank.ts';

/**
 * What an attack makes greater. `margin` is the greatest other logit less the true one, as in CW∞ evaluations; `dlr` is
 * the same over a distance of logits (Croce and Hein 2020).
 */
export type Objective = 'cross-entropy' | 'margin' | 'dlr';

/** Of each example, from logits [batch, classes]: [batch]. */
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

/**
 * Inside a tensor function: the objective of each example, its gradient with respect to that example's image, the l1 norm
 * of that gradient, and the logits of the model in `eval` mode.
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
      // The sum, not the mean: an example's gradient does not depend on how many there are.
      return { value: tf.sum(objective), results: { logits, objective } };
    },
    { images },
  );
  const { logits, objective } = results;
  if (!logits || !objective) throw new Error('The gradient came without its results');
  const gradientNorms = tf.sum(tf.abs(gradients.images), [1, 2, 3]);
  return { logits, objective, gradient: gradients.images, gradientNorms };
}
