import * as tf from '@tensorflow/tfjs';
import { softmax } from '../../engine/ops/softmax.ts';
import type { NamedTensors, Output } from '../model/model.ts';
import { rank2, rank4 } from '../model/rank.ts';
import { withGradients } from './gradients.ts';

export interface InputGradient {
  /** Of the shape of the images: of each one's probability of its class. It can be differentiated again. */
  readonly gradient: tf.Tensor4D;
  /** What the pass gave on the way. */
  readonly logits: tf.Tensor2D;
  readonly state: NamedTensors;
}

/**
 * The gradient of the probability of the labels with respect to the images. (Not of the loss: IGAM matches this one.)
 * @param forward one pass through a model
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
      // TensorFlow.js's own softmax would give a wrong second derivative, silently.
      return { value: tf.sum(tf.mul(softmax(logits), labels)), results: { ...state, logits } };
    },
    { images },
  );
  const { logits, ...state } = results;
  if (!logits) throw new Error('The pass gave no logits');
  return { gradient: rank4(gradients.images), logits: rank2(logits), state };
}
