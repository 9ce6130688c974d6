import { adversary } from './adversary.ts';
import type { InnerSettings } from './inner-maximisation.ts';
import type { MethodBuilder } from './method.ts';
import { classificationLoss } from './standard.ts';

/** Adversarial training (Madry et al. 2018): cross entropy on the adversarial images of each batch only. */
export function pgdAt(settings: InnerSettings): MethodBuilder {
  return adversarialTraining('pgd-at', settings, settings);
}

/** Cross entropy on the images of one attack, with another attack for validation. */
export function adversarialTraining(
  name: string,
  training: InnerSettings,
  validating: InnerSettings,
): MethodBuilder {
  return ({ engine, model }) => {
    const enemy = adversary(engine, model, training, validating);
    return {
      name,
      prepare: enemy.replaced,
      prepareValidation: enemy.prepareValidation,
      loss: (inputs) => classificationLoss(model, inputs),
      dispose: enemy.dispose,
    };
  };
}
