import * as tf from '@tensorflow/tfjs';
import { crossEntropy } from '../loss/cross-entropy.ts';
import { klDivergence, type Reduction } from '../loss/kl.ts';
import { adversarialImages } from './adversarial-images.ts';
import { type InnerSettings, innerMaximisation } from './inner-maximisation.ts';
import type { MethodBuilder } from './method.ts';
import { robustValidation } from './robust-validation.ts';
import { softLabels } from './soft-labels.ts';
import { standard } from './standard.ts';

export interface TradesSettings extends InnerSettings {
  /** Of the divergence. 0: standard training. */
  readonly beta: number;
  /** Of the divergence in the loss; the attack takes the sum. */
  readonly reduction: Reduction;
}

/** Those of the authors' code for CIFAR-10. */
export const tradesDefaults: TradesSettings = {
  epsilon: 0.031,
  stepSize: 0.007,
  steps: 10,
  randomStart: true,
  noise: 'normal',
  batchNorm: 'eval',
  beta: 6,
  reduction: 'batchmean',
};

/**
 * TRADES (Zhang et al. 2019): cross entropy on the clean images x + beta · KL(p(x) ‖ p(x')), where x' makes that
 * divergence great. Without a random start the attack would begin where its gradient is 0.
 */
export function trades(settings: TradesSettings = tradesDefaults): MethodBuilder {
  return (context) => {
    const { engine, model } = context;
    const validation = robustValidation(engine, model, settings);
    if (settings.beta === 0) return { ...standard()(context), ...validation, name: 'trades' };
    const attack = innerMaximisation(engine, model, settings);
    const clean = softLabels(engine, model, settings.batchNorm);
    return {
      name: 'trades',
      async prepare(batch, { weights, random }) {
        const labels = await clean.of(batch.images, weights);
        const target = { images: batch.images, labels };
        return {
          ...batch,
          extras: { adversarial: await attack.run(weights, target, random('inner-maximisation')) },
        };
      },
      prepareValidation: validation.prepareValidation,
      loss(inputs) {
        const { weights, images, labels } = inputs;
        const natural = model.forward(weights, images, 'train');
        const attacked = model.forward({ ...weights, ...natural.state }, adversarialImages(inputs), 'train');
        // The authors' code sends the clean images through the model a second time. That changes nothing but the
        // running statistics, and costs nothing where graphs are compiled.
        const { state } = model.forward({ ...weights, ...attacked.state }, images, 'train');
        const logits = { natural: natural.logits, attacked: attacked.logits };
        return { loss: tradesLoss(logits, labels, settings), logits: attacked.logits, state };
      },
      dispose: async () => {
        await attack.dispose();
        await clean.dispose();
        await validation.dispose();
      },
    };
  };
}

/** Cross entropy + beta · KL(natural ‖ attacked); gradients flow through both. Logits and labels are [batch, classes]. */
export function tradesLoss(
  { natural, attacked }: { readonly natural: tf.Tensor2D; readonly attacked: tf.Tensor2D },
  labels: tf.Tensor2D,
  { beta, reduction }: Pick<TradesSettings, 'beta' | 'reduction'>,
): tf.Scalar {
  const divergence = klDivergence(natural, attacked, { temperature: 1, reduction });
  return tf.add(crossEntropy(natural, labels), tf.mul(divergence, beta));
}
