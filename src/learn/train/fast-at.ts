import type { InnerSettings } from './inner-maximisation.ts';
import type { MethodBuilder } from './method.ts';
import { adversarialTraining } from './pgd-at.ts';

export interface FastAtSettings extends Pick<InnerSettings, 'epsilon' | 'randomStart' | 'batchNorm'> {
  /** The one step, in epsilons. */
  readonly fastStep: number;
}

/**
 * Fast adversarial training (Wong et al. 2020): as `pgdAt`, but by a single step from a random start. It can suddenly
 * lose all robustness against attacks of more steps ("catastrophic overfitting"): the best epoch is chosen by PGD-10.
 */
export function fastAt({ epsilon, fastStep, ...settings }: FastAtSettings): MethodBuilder {
  const oneStep = { ...settings, epsilon, stepSize: fastStep * epsilon, steps: 1 };
  return adversarialTraining('fast-at', oneStep, pgd10(epsilon));
}

/** PGD-10 by steps of a quarter of epsilon: ours, for the validation of methods that have no attack of several steps. */
export function pgd10(epsilon: number): InnerSettings {
  return { epsilon, stepSize: epsilon / 4, steps: 10, randomStart: true, batchNorm: 'eval' };
}
