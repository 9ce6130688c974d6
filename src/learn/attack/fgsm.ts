import type { AttackBatch, AttackBuilder, Perturbed } from './attacker.ts';
import { checkEpsilon } from './audit.ts';
import { type GradientStep, gradientStep } from './gradient-step.ts';

export interface FgsmSettings {
  /** Radius of the l∞ ball, for pixels in [0, 1]. */
  readonly epsilon: number;
}

/**
 * Fast gradient sign method (Goodfellow et al. 2015): one step of epsilon from the clean images.
 * @throws Failure `bad-attack`
 */
export function fgsm({ epsilon }: FgsmSettings): AttackBuilder {
  checkEpsilon(epsilon);
  return (target) => {
    const step = gradientStep(target, epsilon, 'cross-entropy');
    return {
      epsilon,
      perturb: (batch) => fgsmFrom(step, epsilon, batch),
      dispose: () => step.dispose(),
    };
  };
}

/** The attack with a step that is already compiled, for the same epsilon. */
export async function fgsmFrom(step: GradientStep, epsilon: number, batch: AttackBatch): Promise<Perturbed> {
  const { images, gradientNorms } = await step.run(batch.images, batch, epsilon);
  return { images, gradientNorms };
}
