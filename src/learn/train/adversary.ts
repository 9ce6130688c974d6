import type { Tensor4D } from '@tensorflow/tfjs';
import type { Engine } from '../../engine/engine.ts';
import type { Model } from '../model/model.ts';
import { rank4 } from '../model/rank.ts';
import { type InnerMaximisation, type InnerSettings, innerMaximisation } from './inner-maximisation.ts';
import type { LossInputs, Method, PreparedBatch, StepContext } from './method.ts';
import { robustValidation } from './robust-validation.ts';

type Batch = Parameters<InnerMaximisation['run']>[1];

/** The attack of a method during training, and the one for validation. */
export interface Adversary extends Required<Pick<Method, 'prepareValidation' | 'dispose'>> {
  /** Replaces the images of the batch by adversarial ones. */
  replaced(batch: Batch, step: StepContext): Promise<PreparedBatch>;
  /**
   * Adds adversarial images to the batch, where `adversarialImages` finds them.
   * @param target labels that the attack uses, [batch, classes]; default: those of the batch
   */
  beside(batch: Batch, step: StepContext, target?: Batch['labels']): Promise<PreparedBatch>;
}

/** @param validating attack for validation; default: that of training, adapted by `robustValidation` */
export function adversary(
  engine: Engine,
  model: Model,
  training: InnerSettings,
  validating: InnerSettings = training,
): Adversary {
  const attack = innerMaximisation(engine, model, training);
  const validation = robustValidation(engine, model, validating);
  const run = async (batch: Batch, { weights, random }: StepContext) =>
    attack.run(await weights(), batch, random('inner-maximisation'));
  return {
    replaced: async (batch, step) => ({ ...batch, images: await run(batch, step) }),
    async beside(batch, step, target = batch.labels) {
      const adversarial = await run({ images: batch.images, labels: target }, step);
      return { ...batch, extras: { adversarial } };
    },
    prepareValidation: validation.prepareValidation,
    dispose: async () => {
      await attack.dispose();
      await validation.dispose();
    },
  };
}

/** The adversarial images that `beside` added to the batch. */
export function adversarialImages({ extras }: LossInputs): Tensor4D {
  if (!extras.adversarial) throw new Error('The batch came without its adversarial images');
  return rank4(extras.adversarial);
}
