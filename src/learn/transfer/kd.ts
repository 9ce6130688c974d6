import * as tf from '@tensorflow/tfjs';
import { crossEntropy } from '../loss/cross-entropy.ts';
import { distillation, type Reduction } from '../loss/kl.ts';
import { weightsFor } from '../model/fit.ts';
import type { MethodBuilder } from '../train/method.ts';
import { checkTeacher, studentScope, type Teacher } from './teacher.ts';

export interface KdSettings {
  readonly temperature: number;
  /** Weight of the soft-label loss τ² · KL(teacher ‖ student). */
  readonly kdWeight: number;
  /** Weight of the cross entropy on the true labels. Papers that write (1 - α) CE + α τ² KL set both. */
  readonly labelWeight: number;
  readonly reduction: Reduction;
}

/** Knowledge distillation (Hinton et al. 2015) on clean images. */
export function kd(teacher: Teacher, settings: KdSettings): MethodBuilder {
  return ({ model }) => {
    checkTeacher(teacher, model, true);
    return {
      name: 'kd',
      initScope: studentScope,
      fixed: weightsFor(teacher.model, teacher.weights),
      loss({ weights, fixed, images, labels }) {
        const student = model.forward(weights, images, 'train');
        const { logits } = teacher.model.forward(fixed, images, 'eval');
        const hard = tf.mul(crossEntropy(student.logits, labels), settings.labelWeight);
        const soft = tf.mul(distillation(student.logits, logits, settings), settings.kdWeight);
        return { loss: tf.add(hard, soft), logits: student.logits, state: student.state };
      },
    };
  };
}
