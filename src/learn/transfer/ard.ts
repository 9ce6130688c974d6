import * as tf from '@tensorflow/tfjs';
import { crossEntropy } from '../loss/cross-entropy.ts';
import { distillation } from '../loss/kl.ts';
import { weightsFor } from '../model/fit.ts';
import { adversarialImages, adversary } from '../train/adversary.ts';
import type { InnerSettings } from '../train/inner-maximisation.ts';
import type { MethodBuilder } from '../train/method.ts';
import type { KdSettings } from './kd.ts';
import { checkTeacher, studentScope, type Teacher } from './teacher.ts';

export interface ArdSettings extends KdSettings, InnerSettings {}

/**
 * Adversarially robust distillation (Goldblum et al. 2020): kdWeight · τ² · KL(teacher(x) ‖ student(x')) + labelWeight
 * · cross entropy of student(x), where x' is made by PGD on the cross entropy of the student.
 */
export function ard(teacher: Teacher, settings: ArdSettings): MethodBuilder {
  return ({ engine, model }) => {
    checkTeacher(teacher, model, true);
    const enemy = adversary(engine, model, { noise: 'unclipped', ...settings });
    return {
      name: 'ard',
      initScope: studentScope,
      fixed: weightsFor(teacher.model, teacher.weights),
      prepare: enemy.beside,
      prepareValidation: enemy.prepareValidation,
      loss(inputs) {
        const { weights, fixed, images, labels } = inputs;
        const attacked = model.forward(weights, adversarialImages(inputs), 'train');
        // Needed even without cross entropy, as in the authors' code: the running statistics include both kinds of
        // images.
        const clean = model.forward({ ...weights, ...attacked.state }, images, 'train');
        const target = teacher.model.forward(fixed, images, 'eval');
        const soft = tf.mul<tf.Scalar>(
          distillation(attacked.logits, target.logits, settings),
          settings.kdWeight,
        );
        const hard = () => tf.mul(crossEntropy(clean.logits, labels), settings.labelWeight);
        const loss: tf.Scalar = settings.labelWeight === 0 ? soft : tf.add(soft, hard());
        return { loss, logits: attacked.logits, state: clean.state };
      },
      dispose: enemy.dispose,
    };
  };
}
