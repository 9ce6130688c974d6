import type { InnerSettings } from './inner-maximisation.ts';
import type { MethodBuilder } from './method.ts';
import { adversarialTraining } from './pgd-at.ts';

export interface FastAtSettings extends Pick<InnerSettings, 'epsilon' | 'randomStart' | 'batchNorm'> {
  /** Size of the single step, as a multiple of epsilon. */
  readonly fastStep: number;
}

/**
 * Fast adversarial training (Wong et al. 2020): like `pgdAt`, but with a single step from a random start. It can
 * suddenly lose all robustness against attacks with more steps ("catastrophic overfitting"), so the best epoch is
 * chosen with PGD-10.
 */
export function fastAt({ epsilon, fastStep, ...settings }: FastAtSettings): MethodBuilder {
  const oneStep = { ...settings, epsilon, stepSize: fastStep * epsilon, steps: 1 };
  return adversarialTraining('fast-at', oneStep, pgd10(epsilon));
}

/** PGD-10 with a step size of epsilon / 4 (our choice), for validation of methods without a multi-step attack. */
export function pgd10(epsilon: number): InnerSettings {
  return { epsilon, stepSize: epsilon / 4, steps: 10, randomStart: true, batchNorm: 'eval' };
}
