import { Failure } from '../../failure.ts';
import type { AttackBatch, AttackBuilder } from './attacker.ts';
import { checkEpsilon } from './audit.ts';
import { type Classified, type Classifier, classifier } from './classify.ts';
import { type DifferenceGradient, differenceGradient } from './difference-gradient.ts';
import { floats } from './gradient-step.ts';
import { NearestIterates } from './nearest-iterates.ts';
import { targetsOf } from './targets.ts';

export interface NearestAttackSettings {
  /** Name for messages. */
  readonly name: string;
  /**
   * Radius of the l∞ ball, for pixels in [0, 1]. It does not affect the search, but images beyond it are not
   * returned.
   */
  readonly epsilon: number;
  readonly steps: number;
  /** See `targetsOf`. */
  readonly targets?: number | undefined;
}

/** The input of a search for the nearest misclassified images. */
export interface NearestSearch {
  /** Number of classes to target. */
  readonly targets: number;
  readonly batch: AttackBatch;
  /** Results for the clean images, which `nearest` already contains. */
  readonly clean: Classified;
  /** Whether each clean image is misclassified. */
  readonly broken: readonly boolean[];
  readonly nearest: NearestIterates;
  /** The gradient of z_t - z_y. */
  readonly gradient: DifferenceGradient;
  readonly classify: Classifier;
}

/**
 * An attack that searches for the nearest misclassified images, and returns those within epsilon.
 * @param search passes what it finds to `nearest`; returns the l1 norms of its first gradients, if it uses any
 * @throws Failure `bad-attack`; `too-few-classes` if there are fewer classes than targets need
 */
export function nearestAttack(
  { name, epsilon, steps, targets: wanted }: NearestAttackSettings,
  search: (given: NearestSearch) => Promise<Float32Array | undefined>,
): AttackBuilder {
  checkEpsilon(epsilon);
  if (!(Number.isInteger(steps) && steps >= 1)) {
    throw new Failure('bad-attack', `${name} needs at least one step, not ${steps}.`);
  }
  return (target) => {
    const targets = targetsOf(target.model.classes, wanted, name);
    const gradient = differenceGradient(target);
    const classify = classifier(target);
    return {
      epsilon,
      async perturb(batch) {
        const clean = await classify.run(batch.images, batch.labels);
        const nearest = new NearestIterates(batch);
        const broken = nearest.consider([...clean.predicted.keys()], floats(batch.images), clean.predicted);
        const gradientNorms = await search({ targets, batch, clean, broken, nearest, gradient, classify });
        const [images, distances] = [nearest.within(epsilon), nearest.distances];
        return { images, distances, ...(gradientNorms && { gradientNorms }) };
      },
      async dispose() {
        await gradient.dispose();
        await classify.dispose();
      },
    };
  };
}
