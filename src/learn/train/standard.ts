import { crossEntropy, smooth } from '../loss/cross-entropy.ts';
import type { Model } from '../model/model.ts';
import type { LossInputs, LossOutput, MethodBuilder } from './method.ts';

export interface StandardSettings {
  /** Share of each label that is spread evenly over all classes. */
  readonly labelSmoothing: number;
}

export const standardDefaults: StandardSettings = { labelSmoothing: 0 };

/** Cross entropy on the clean images. */
export function standard({ labelSmoothing }: StandardSettings = standardDefaults): MethodBuilder {
  return ({ model }) => ({
    name: 'standard',
    loss: (inputs) => classificationLoss(model, { ...inputs, labels: smooth(inputs.labels, labelSmoothing) }),
  });
}

/** The model's cross entropy on a prepared batch. */
export function classificationLoss(model: Model, { weights, images, labels }: LossInputs): LossOutput {
  const { logits, state } = model.forward(weights, images, 'train');
  return { loss: crossEntropy(logits, labels), logits, state };
}
