import type { HostTensor } from '../../engine/engine.ts';
import { Failure } from '../../failure.ts';
import { requireClasses } from '../loss/dlr.ts';
import { ascent } from './apgd-ascent.ts';
import type { AttackBatch, AttackBuilder } from './attacker.ts';
import { checkEpsilon } from './audit.ts';
import { bestOfRuns } from './best-iterates.ts';
import type { Objective } from './objective.ts';
import { objectiveGradient } from './objective-gradient.ts';
import { randomPoint } from './random-point.ts';
import { targetsOf, targetsOfRank } from './targets.ts';

export interface ApgdSettings {
  /** Radius of the l∞ ball, for pixels in [0, 1]. */
  readonly epsilon: number;
  readonly steps: number;
  /** Runs from different starts, of which each example keeps its worst. Default 1. */
  readonly restarts?: number | undefined;
}

export interface TargetedApgdSettings extends ApgdSettings {
  /** How many classes are gone for, the most likely ones first. As `targetsOf`. */
  readonly targets?: number | undefined;
}

/**
 * Auto-PGD in the l∞ ball (Croce and Hein 2020): ascent with momentum whose step size is halved when it does not pay. Each
 * example keeps the best iterate of all its runs as in `pgd`; the reference implementation keeps the last misclassified
 * one, which is one if and only if ours is.
 * @throws Failure `bad-epsilon`, `bad-attack`; `too-few-classes` for `dlr` with less than 3 classes
 */
export function apgd(settings: ApgdSettings & { readonly objective: Objective }): AttackBuilder {
  const { epsilon, steps, restarts = 1, objective } = settings;
  check(epsilon, { steps, restarts });
  return (target) => {
    if (objective === 'dlr') requireClasses(target.model.classes, 3, 'APGD with the DLR loss');
    const gradient = objectiveGradient(target, objective);
    return {
      epsilon,
      perturb: (batch) =>
        bestOfRuns(batch, restarts, (best, counter) => {
          const start = startOf(batch, `apgd-${objective}`, counter, epsilon);
          const find = (images: HostTensor) => gradient.run(images, batch.labels);
          return ascent({ clean: batch.images, start, epsilon, steps, best, find });
        }),
      dispose: () => gradient.dispose(),
    };
  };
}

/**
 * Targeted Auto-PGD in the l∞ ball: for each example the DLR loss towards the most likely wrong classes of the clean image,
 * one after another. Any misclassification counts, not that as the target alone.
 * With fewer than 4 classes, for which that loss is not defined, it climbs the numerator, z_t - z_y; that is ours.
 * @throws Failure `bad-epsilon`, `bad-attack`; `too-few-classes` with not enough for the targets
 */
export function targetedApgd(settings: TargetedApgdSettings): AttackBuilder {
  const { epsilon, steps, restarts = 1 } = settings;
  check(epsilon, { steps, restarts });
  return (target) => {
    const { classes } = target.model;
    const targets = targetsOf(classes, settings.targets, 'Targeted APGD');
    const gradient = objectiveGradient(target, classes < 4 ? 'logit-difference' : 'targeted-dlr');
    return {
      epsilon,
      async perturb(batch) {
        const { images, labels } = batch;
        const { logits } = await gradient.run(images, labels);
        return bestOfRuns(batch, restarts * targets, (best, run) => {
          const start = startOf(batch, 'apgd-targeted', run, epsilon);
          const towards = targetsOfRank(logits, labels, (run % targets) + 1);
          const find = (images: HostTensor) => gradient.run(images, labels, towards);
          return ascent({ clean: images, start, epsilon, steps, best, find });
        });
      },
      dispose: () => gradient.dispose(),
    };
  };
}

function check(epsilon: number, counts: Readonly<Record<string, number>>): void {
  checkEpsilon(epsilon);
  if (Object.values(counts).every((count) => Number.isInteger(count) && count >= 1)) return;
  throw new Failure('bad-attack', 'APGD needs at least one step and restart.', { details: counts });
}

/** A random point whose farthest pixel is on the border of the ball, before it is cut to [0, 1]. */
function startOf(batch: AttackBatch, name: string, counter: number, epsilon: number): HostTensor {
  return randomPoint(batch, { name, counter }, (stream, size) => {
    const noise = stream.uniform(size, -1, 1);
    const greatest = noise.reduce((most, value) => Math.max(most, Math.abs(value)), Number.MIN_VALUE);
    return noise.map((value) => (epsilon * value) / greatest);
  });
}
