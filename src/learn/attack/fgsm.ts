import type { AttackBuilder } from './attacker.ts';
import { checkEpsilon } from './audit.ts';
import { gradientStep } from './gradient-step.ts';

export interface FgsmSettings {
  /** Radius of the l∞ ball, for pixels in [0, 1]. */
  readonly epsilon: number;
}

/**
 * Fast gradient sign method (Goodfellow et al. 2015): one step of epsilon from the clean images.
 * @throws Failure `bad-epsilon`
 */
export function fgsm({ epsilon }: FgsmSettings): AttackBuilder {
  checkEpsilon(epsilon);
  return (target) => {
    const step = gradientStep(target, epsilon, 'cross-entropy');
    return {
      epsilon,
      async perturb(batch) {
        const { images, gradientNorms } = await step.run(batch.images, batch, epsilon);
        return { images, gradientNorms };
      },
      dispose: () => step.dispose(),
    };
  };
}
