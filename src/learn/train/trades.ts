import * as tf from '@tensorflow/tfjs';
import { crossEntropy } from '../loss/cross-entropy.ts';
import { klDivergence, type Reduction } from '../loss/kl.ts';
import { adversarialImages, adversary } from './adversary.ts';
import type { InnerSettings } from './inner-maximisation.ts';
import type { MethodBuilder } from './method.ts';
import { robustValidation } from './robust-validation.ts';
import { softLabels } from './soft-labels.ts';
import { standard } from './standard.ts';

export interface TradesSettings extends InnerSettings {
  /** Weight of the divergence. 0: standard training. */
  readonly beta: number;
  /** Reduction of the divergence in the loss; the attack always uses the sum. */
  readonly reduction: Reduction;
}

/**
 * TRADES (Zhang et al. 2019): cross entropy on the clean images x + beta · KL(p(x) ‖ p(x')), where x' maximises that
 * divergence. Without a random start the attack would start where its gradient is 0.
 */
export function trades(settings: TradesSettings): MethodBuilder {
  return (context) => {
    const { engine, model } = context;
    const attack: InnerSettings = { noise: 'normal', ...settings };
    if (settings.beta === 0) {
      return { ...standard()(context), ...robustValidation(engine, model, attack), name: 'trades' };
    }
    const enemy = adversary(engine, model, attack);
    const clean = softLabels(engine, model, settings.batchNorm);
    return {
      name: 'trades',
      prepare: async (batch, step) =>
        enemy.beside(batch, step, await clean.of(batch.images, await step.weights())),
      prepareValidation: enemy.prepareValidation,
      loss(inputs) {
        const { weights, images, labels } = inputs;
        const natural = model.forward(weights, images, 'train');
        const attacked = model.forward({ ...weights, ...natural.state }, adversarialImages(inputs), 'train');
        // The authors' code passes the clean images through the model a second time. This changes only the running
        // statistics, and costs nothing in compiled graphs.
        const { state } = model.forward({ ...weights, ...attacked.state }, images, 'train');
        const logits = { natural: natural.logits, attacked: attacked.logits };
        return { loss: tradesLoss(logits, labels, settings), logits: attacked.logits, state };
      },
      dispose: async () => {
        await enemy.dispose();
        await clean.dispose();
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
