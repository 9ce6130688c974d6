import * as tf from '@tensorflow/tfjs';
import { logSoftmax } from '../../engine/ops/softmax.ts';
import { type Reduction, reduced } from '../loss/kl.ts';
import { weightsFor } from '../model/fit.ts';
import { rank2 } from '../model/rank.ts';
import { adversarialImages, adversary } from '../train/adversary.ts';
import type { InnerSettings } from '../train/inner-maximisation.ts';
import type { MethodBuilder } from '../train/method.ts';
import { softLabels } from '../train/soft-labels.ts';
import { checkTeacher, studentScope, type Teacher } from './teacher.ts';

export interface RsladSettings extends InnerSettings {
  /** Weight of the soft labels on adversarial images. */
  readonly kdWeight: number;
  /** Weight of the soft labels on clean images. */
  readonly cleanWeight: number;
  /** With `mean`, the loss is divided by the number of classes: for CIFAR-100 the authors multiply it by 10. */
  readonly reduction: Reduction;
}

/**
 * Robust soft label adversarial distillation (Zi et al. 2021): kdWeight · KL(T(x) ‖ S(x')) + cleanWeight · KL(T(x) ‖
 * S(x)), where x' is made against the student to maximise KL(T(x) ‖ S(x')). It does not use the true labels.
 */
export function rslad(teacher: Teacher, settings: RsladSettings): MethodBuilder {
  return ({ engine, model }) => {
    checkTeacher(teacher, model, true);
    const enemy = adversary(engine, model, { noise: 'normal', ...settings });
    const target = softLabels(engine, teacher.model, 'eval', weightsFor(teacher.model, teacher.weights));
    return {
      name: 'rslad',
      initScope: studentScope,
      async prepare(batch, step) {
        const soft = await target.of(batch.images);
        const { extras, ...prepared } = await enemy.beside(batch, step, soft);
        return { ...prepared, extras: { ...extras, soft } };
      },
      prepareValidation: enemy.prepareValidation,
      loss(inputs) {
        const { weights, images, extras } = inputs;
        if (!extras.soft) throw new Error('The batch came without its soft labels');
        const attacked = model.forward(weights, adversarialImages(inputs), 'train');
        const clean = model.forward({ ...weights, ...attacked.state }, images, 'train');
        const logits = { clean: clean.logits, attacked: attacked.logits };
        return {
          loss: rsladLoss(logits, rank2(extras.soft), settings),
          logits: attacked.logits,
          state: clean.state,
        };
      },
      dispose: async () => {
        await enemy.dispose();
        await target.dispose();
      },
    };
  };
}

/**
 * The loss for a student's logits.
 * @param soft the teacher's probabilities for the clean images; all are [batch, classes]
 */
export function rsladLoss(
  { clean, attacked }: { readonly clean: tf.Tensor2D; readonly attacked: tf.Tensor2D },
  soft: tf.Tensor2D,
  { kdWeight, cleanWeight, reduction }: Pick<RsladSettings, 'kdWeight' | 'cleanWeight' | 'reduction'>,
): tf.Scalar {
  // The authors' constant, which keeps the logarithm finite; no gradient depends on it.
  const logarithm = tf.log(tf.add(soft, 1e-5));
  const divergence = (logits: tf.Tensor2D) =>
    reduced(tf.mul(soft, tf.sub(logarithm, logSoftmax(logits))), reduction);
  return tf.add(tf.mul(divergence(attacked), kdWeight), tf.mul(divergence(clean), cleanWeight));
}
