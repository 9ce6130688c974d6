import * as tf from '@tensorflow/tfjs';
import { unit } from './unit.ts';

/**
 * Activation-based attention map (Zagoruyko and Komodakis 2017): which positions of an image activate a block. It is
 * the mean of A² over channels, as a vector over positions, divided by its l2 norm.
 * @param activation [batch, height, width, channels]
 * @returns [batch, height · width]
 */
export function attentionMap(activation: tf.Tensor4D): tf.Tensor2D {
  const [batch] = activation.shape;
  return unit(tf.reshape(tf.mean(tf.square(activation), 3), [batch, -1]));
}

/**
 * Mean over batch and positions of the squared difference of two attention maps, as in the authors' code (the paper
 * has an l2 norm). The numbers of channels may differ, heights and widths may not.
 */
export function attentionLoss(student: tf.Tensor4D, teacher: tf.Tensor4D): tf.Scalar {
  return tf.mean(tf.square(tf.sub(attentionMap(student), attentionMap(teacher))));
}
