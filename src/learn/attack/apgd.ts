import type { HostTensor } from '../../engine/engine.ts';
import { Failure } from '../../failure.ts';
import { requireClasses } from '../loss/dlr.ts';
import { ascent, lookAt } from './apgd-ascent.ts';
import { apgdStep } from './apgd-step.ts';
import type { AttackBatch, AttackBuilder } from './attacker.ts';
import { checkEpsilon } from './audit.ts';
import { rowsAt } from './batch-rows.ts';
import { bestOfRuns } from './best-iterates.ts';
import type { Objective } from './objective.ts';
import { randomPoint } from './random-point.ts';
import { targetsOf, targetsOfRank } from './targets.ts';

export interface ApgdSettings {
  /** Radius of the l∞ ball, for pixels in [0, 1]. */
  readonly epsilon: number;
  readonly steps: number;
  /** Number of runs from different starts; each example keeps its worst result. Default 1. */
  readonly restarts?: number | undefined;
  /**
   * Whether an example is left out as soon as it is misclassified, if only that is asked, as in a cascade: its image
   * is then the first that is misclassified, and not the one with the largest objective. Default false.
   */
  readonly untilBroken?: boolean | undefined;
}

export interface TargetedApgdSettings extends ApgdSettings {
  /** Number of classes to target, the most likely ones first. See `targetsOf`. */
  readonly targets?: number | undefined;
}

/**
 * Auto-PGD in the l∞ ball (Croce and Hein 2020): ascent with momentum whose step size is halved when it makes no
 * progress. Each example keeps the best iterate of all its runs, as in `pgd`. The reference implementation keeps the
 * last misclassified iterate, which exists if and only if ours is misclassified.
 * @throws Failure `bad-attack`; `too-few-classes` for `dlr` with fewer than 3 classes
 */
export function apgd(settings: ApgdSettings & { readonly objective: Objective }): AttackBuilder {
  const { epsilon, steps, restarts = 1, untilBroken = false, objective } = settings;
  check(epsilon, { steps, restarts });
  return (target) => {
    if (objective === 'dlr') requireClasses(target.model.classes, 3, 'APGD with the DLR loss');
    const step = apgdStep(target, epsilon, objective);
    return {
      epsilon,
      perturb: (batch) =>
        bestOfRuns(batch, restarts, (clean, consider, counter) => {
          const start = startOf(clean, `apgd-${objective}`, counter, epsilon);
          return ascent({ clean, start, epsilon, steps, untilBroken, step, consider });
        }),
      dispose: () => step.dispose(),
    };
  };
}

/**
 * Targeted Auto-PGD in the l∞ ball: for each example, maximises the targeted DLR loss for the most likely wrong
 * classes of the clean image, one after another. Any misclassification counts, not only as the target class. With
 * fewer than 4 classes the loss is not defined, and its numerator z_t - z_y is maximised (our choice).
 * @throws Failure `bad-attack`; `too-few-classes` if there are fewer classes than targets need
 */
export function targetedApgd(settings: TargetedApgdSettings): AttackBuilder {
  const { epsilon, steps, restarts = 1, untilBroken = false } = settings;
  check(epsilon, { steps, restarts });
  return (target) => {
    const { classes } = target.model;
    const targets = targetsOf(classes, settings.targets, 'Targeted APGD');
    const step = apgdStep(target, epsilon, classes < 4 ? 'logit-difference' : 'targeted-dlr');
    return {
      epsilon,
      async perturb(batch) {
        const { images, labels } = batch;
        const { logits } = await lookAt(step, images, batch);
        return bestOfRuns(batch, restarts * targets, (clean, consider, run, rows) => {
          const start = startOf(clean, 'apgd-targeted', run, epsilon);
          const towards = rowsAt(targetsOfRank(logits, labels, (run % targets) + 1), rows);
          return ascent({ clean, targets: towards, start, epsilon, steps, untilBroken, step, consider });
        });
      },
      dispose: () => step.dispose(),
    };
  };
}

function check(epsilon: number, counts: Readonly<Record<string, number>>): void {
  checkEpsilon(epsilon);
  if (Object.values(counts).every((count) => Number.isInteger(count) && count >= 1)) return;
  throw new Failure('bad-attack', 'APGD needs at least one step and restart.', { details: counts });
}

/** A random point; before clipping to [0, 1], its farthest pixel is on the border of the ball. */
function startOf(batch: AttackBatch, name: string, counter: number, epsilon: number): HostTensor {
  return randomPoint(batch, { name, counter }, (stream, size) => {
    const noise = stream.uniform(size, -1, 1);
    const greatest = noise.reduce((most, value) => Math.max(most, Math.abs(value)), Number.MIN_VALUE);
    return noise.map((value) => (epsilon * value) / greatest);
  });
}
