import * as tf from '@tensorflow/tfjs';
import { zeros } from '../model/init.ts';
import { rank4 } from '../model/rank.ts';
import { pgd10 } from './fast-at.ts';
import type { MethodBuilder } from './method.ts';
import { robustValidation } from './robust-validation.ts';
import { classificationLoss } from './standard.ts';

export interface FreeAtSettings {
  /** Radius of the l∞ ball, for pixels in [0, 1]; also the step size of the perturbation. */
  readonly epsilon: number;
  /** Number of consecutive steps on each batch. */
  readonly replays: number;
}

/**
 * Free adversarial training (Shafahi et al. 2019): one pass gives the gradients of both the weights and a
 * perturbation, and both are updated. The perturbation has one entry for each image of a batch and is kept from batch
 * to batch. An epoch uses each batch `replays` times; the authors divide the number of epochs by it. The best epoch
 * is chosen with PGD-10.
 */
export function freeAt({ epsilon, replays }: FreeAtSettings): MethodBuilder {
  return ({ engine, model }) => ({
    name: 'free-at',
    replays,
    carried: {
      specs: (batchSize) => [{ name: 'perturbation', shape: [batchSize, ...model.inputShape], init: zeros }],
      next: ({ perturbation }, gradients) => ({ perturbation: moved(perturbation, gradients.perturbation) }),
    },
    loss(inputs) {
      const { perturbation } = inputs.carried;
      if (!perturbation) throw new Error('The perturbation was not given');
      const images = rank4(tf.clipByValue(tf.add(inputs.images, perturbation), 0, 1));
      return classificationLoss(model, { ...inputs, images });
    },
    ...robustValidation(engine, model, pgd10(epsilon)),
  });

  function moved(perturbation: tf.Tensor | undefined, gradient: tf.Tensor | undefined): tf.Tensor {
    if (!perturbation || !gradient) throw new Error('The perturbation or its gradient was not given');
    const step = tf.mul(tf.sign(gradient), epsilon);
    return tf.clipByValue(tf.add(perturbation, step), -epsilon, epsilon);
  }
}
