import * as tf from '@tensorflow/tfjs';
import { tiny, unit } from './unit.ts';

/**
 * The loss between activated channel maps of MixACM (arXiv 2111.05073). The paper describes the idea, but not these
 * choices: they are our interpretation, and settings.
 */
export interface AcmSettings {
  /** A channel's activation is the mean over height and width of |A|^p. */
  readonly power: 1 | 2;
  /** Whether each example's vector is divided by its l2 norm. */
  readonly normaliseMaps: boolean;
  /**
   * Distance between the vectors of student and teacher; `mean-squared` is `squared-l2` divided by the number of
   * channels.
   */
  readonly distance: 'l2' | 'squared-l2' | 'mean-squared';
}

/** Activations of one block of student and teacher for the same images. Heights and widths may differ. */
export interface AcmBlock {
  /** [batch, height, width, channels of the student] */
  readonly student: tf.Tensor4D;
  /** [batch, height, width, channels of the teacher] */
  readonly teacher: tf.Tensor4D;
  /** [channels of the student, channels of the teacher]: applied to the student's vector, before it is normalised. */
  readonly transformation?: tf.Tensor2D | undefined;
}

/**
 * Activated channel map: the mean of |A|^p over height and width; from [batch, height, width, channels] to [batch,
 * channels].
 */
export function channelMap(activation: tf.Tensor4D, power: AcmSettings['power']): tf.Tensor2D {
  return tf.mean<tf.Tensor2D>(power === 2 ? tf.square(activation) : tf.abs(activation), [1, 2]);
}

/** Distance of the two channel maps of a block, averaged over the batch. */
export function acmLoss({ student, teacher, transformation }: AcmBlock, settings: AcmSettings): tf.Scalar {
  const mapped = channelMap(student, settings.power);
  const transformed = transformation === undefined ? mapped : tf.matMul<tf.Tensor2D>(mapped, transformation);
  const target = channelMap(teacher, settings.power);
  const [a, b] = settings.normaliseMaps ? [unit(transformed), unit(target)] : [transformed, target];
  const squares = tf.square(tf.sub(a, b));
  switch (settings.distance) {
    case 'l2':
      return tf.mean(tf.sqrt(tf.add(tf.sum(squares, 1), tiny)));
    case 'squared-l2':
      return tf.mean(tf.sum(squares, 1));
    case 'mean-squared':
      return tf.mean(squares);
  }
}
