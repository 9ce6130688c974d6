import * as tf from '@tensorflow/tfjs';
import { softmax } from '../../engine/ops/softmax.ts';
import type { NamedTensors, Output } from '../model/model.ts';
import { rank2, rank4 } from '../model/rank.ts';
import { withGradients } from './gradients.ts';

export interface InputGradient {
  /** Gradient of each image's probability of its class, same shape as the images. It can be differentiated again. */
  readonly gradient: tf.Tensor4D;
  /** The logits of the pass. */
  readonly logits: tf.Tensor2D;
  readonly state: NamedTensors;
}

/**
 * The gradient of the probability of the labels with respect to the images. (IGAM matches this gradient, not that of
 * the loss.)
 * @param forward a forward pass of a model
 * @param labels one-hot [batch, classes]
 */
export function inputGradient(
  forward: (images: tf.Tensor4D) => Omit<Output, 'taps'>,
  images: tf.Tensor4D,
  labels: tf.Tensor2D,
): InputGradient {
  const { results, gradients } = withGradients(
    () => {
      const { logits, state } = forward(images);
      // The softmax of TensorFlow.js would give a wrong second derivative, without an error.
      return { value: tf.sum(tf.mul(softmax(logits), labels)), results: { ...state, logits } };
    },
    { images },
  );
  const { logits, ...state } = results;
  if (!logits) throw new Error('The pass gave no logits');
  return { gradient: rank4(gradients.images), logits: rank2(logits), state };
}
