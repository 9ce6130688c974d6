import * as tf from '@tensorflow/tfjs';
import { softmax } from '../../engine/ops/softmax.ts';
import { klTerms } from '../loss/kl.ts';

export type OutputDistance = 'kl' | 'l2';

/**
 * Distance of a student's outputs from a teacher's, for each example. `kl`: KL(teacher ‖ student) of the softmax
 * outputs, in nats, like cross entropy; `l2`: Euclidean distance of the softmax outputs, from 0 to √2.
 * @param teacher logits [batch, classes], like `student`
 * @returns [batch]
 */
export function outputDistance(
  teacher: tf.Tensor2D,
  student: tf.Tensor2D,
  distance: OutputDistance,
): tf.Tensor {
  return distance === 'kl'
    ? tf.sum(klTerms(teacher, student), 1)
    : tf.sqrt(tf.sum(tf.square(tf.sub(softmax(teacher), softmax(student))), 1));
}
