import * as tf from '@tensorflow/tfjs';
import { softmax } from '../../engine/ops/softmax.ts';
import { crossEntropy } from '../loss/cross-entropy.ts';
import { klTerms } from '../loss/kl.ts';
import { adversarialImages, adversary } from './adversary.ts';
import type { InnerSettings } from './inner-maximisation.ts';
import type { MethodBuilder } from './method.ts';

export interface MartSettings extends InnerSettings {
  /** Weight of the divergence. 0: only the boosted cross entropy. */
  readonly beta: number;
}

/**
 * MART (Wang et al. 2020): boosted cross entropy on adversarial images x' + beta · KL(p(x) ‖ p(x')), where the
 * divergence of each example is weighted by how wrong the model is on the clean image. x' is made by PGD on the cross
 * entropy.
 */
export function mart(settings: MartSettings): MethodBuilder {
  return ({ engine, model }) => {
    const enemy = adversary(engine, model, { noise: 'normal', ...settings });
    return {
      name: 'mart',
      prepare: enemy.beside,
      prepareValidation: enemy.prepareValidation,
      loss(inputs) {
        const { weights, images, labels } = inputs;
        const natural = model.forward(weights, images, 'train');
        const attacked = model.forward({ ...weights, ...natural.state }, adversarialImages(inputs), 'train');
        const logits = { natural: natural.logits, attacked: attacked.logits };
        return {
          loss: martLoss(logits, labels, settings.beta),
          logits: attacked.logits,
          state: attacked.state,
        };
      },
      dispose: enemy.dispose,
    };
  };
}

/**
 * Boosted cross entropy -log p'_y - log(1.0001 - max over j ≠ y of p'_j), plus beta times the mean of KL(p ‖ p') ·
 * (1.0000001 - p_y); the constants are the authors'. If several other classes are equally probable, TensorFlow.js
 * gives each the whole gradient of the maximum.
 * @param labels one-hot; logits and labels are [batch, classes]
 */
export function martLoss(
  { natural, attacked }: { readonly natural: tf.Tensor2D; readonly attacked: tf.Tensor2D },
  labels: tf.Tensor2D,
  beta: number,
): tf.Scalar {
  const greatestOther = tf.max(tf.mul(softmax(attacked), tf.sub(1, labels)), 1);
  const boost = tf.neg(tf.mean(tf.log(tf.add(tf.sub(1.0001, greatestOther), 1e-12))));
  const doubt = tf.sub(1.0000001, tf.sum(tf.mul(softmax(natural), labels), 1));
  const divergence = tf.mean(tf.mul(tf.sum(klTerms(natural, attacked), 1), doubt));
  return tf.add(tf.add(crossEntropy(attacked, labels), boost), tf.mul(divergence, beta));
}
