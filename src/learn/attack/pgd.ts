import type { HostTensor } from '../../engine/engine.ts';
import { Failure } from '../../failure.ts';
import { predictions } from '../loss/accuracy.ts';
import type { AttackBatch, AttackBuilder, Perturbed } from './attacker.ts';
import { checkEpsilon } from './audit.ts';
import { rowsAt, rowsIn, someOf } from './batch-rows.ts';
import { bestOfRuns, type Consider } from './best-iterates.ts';
import { pgdStepSize } from './derived.ts';
import { type GradientStep, gradientStep } from './gradient-step.ts';
import type { Objective } from './objective.ts';
import { randomPoint } from './random-point.ts';

/** Settings of the ascent, independent of the objective. */
export interface Ascent {
  /** Radius of the l∞ ball, for pixels in [0, 1]. */
  readonly epsilon: number;
  readonly steps: number;
  /** Default: `pgdStepSize`. */
  readonly stepSize?: number | undefined;
  /** Number of runs from different starts; each example keeps its worst result. Default 1. */
  readonly restarts?: number | undefined;
  /** Whether to start at a uniformly random point of the ball. Default true. */
  readonly randomStart?: boolean | undefined;
  /** The first run; it is not 0 if the results of the runs before are known. Default 0. */
  readonly firstRun?: number | undefined;
  /**
   * Whether an example is left out as soon as it is misclassified, if only that is asked: its image is then the first
   * that is misclassified, and not the one with the largest objective. Default false.
   */
  readonly untilBroken?: boolean | undefined;
}

export interface PgdSettings extends Ascent {
  /** Default `cross-entropy`. */
  readonly objective?: Objective | undefined;
}

/**
 * Projected gradient descent in the l∞ ball (Madry et al. 2018). It returns the best iterate of each example over all
 * restarts: a misclassified one first, then the one with the largest objective.
 * @throws Failure `bad-attack`
 */
export function pgd(settings: PgdSettings): AttackBuilder {
  const { epsilon, steps, restarts = 1, objective = 'cross-entropy' } = settings;
  const stepSize = stepSizeOf(settings);
  checkEpsilon(epsilon);
  if (
    !(Number.isInteger(steps) && steps >= 1 && Number.isInteger(restarts) && restarts >= 1 && stepSize >= 0)
  ) {
    throw new Failure(
      'bad-attack',
      'PGD needs at least one step and one restart, and no negative step size.',
      {
        details: { steps, restarts, stepSize },
      },
    );
  }
  return (target) => {
    const step = gradientStep(target, epsilon, objective);
    return {
      epsilon,
      perturb: (batch) => pgdFrom(step, settings, batch),
      dispose: () => step.dispose(),
    };
  };
}

/** The attack with a step that is already compiled, for the same epsilon. Settings are trusted. */
export function pgdFrom(step: GradientStep, settings: Ascent, batch: AttackBatch): Promise<Perturbed> {
  const { epsilon, restarts = 1, randomStart = true, firstRun = 0 } = settings;
  const run = (left: AttackBatch, consider: Consider, counter: number) => {
    const start = randomStart
      ? randomPoint(left, { name: 'start', counter }, (stream, size) =>
          stream.uniform(size, -epsilon, epsilon),
        )
      : left.images;
    return ascent(step, left, start, settings, consider);
  };
  return bestOfRuns(batch, restarts, run, firstRun);
}

export function stepSizeOf({ epsilon, steps, stepSize }: Ascent): number {
  return stepSize ?? pgdStepSize.value({ epsilon, steps });
}

/** One run from one start. @returns the gradient norms at the start */
async function ascent(
  step: GradientStep,
  batch: AttackBatch,
  start: HostTensor,
  settings: Ascent,
  consider: Consider,
): Promise<Float32Array> {
  const { steps, untilBroken = false } = settings;
  const stepSize = stepSizeOf(settings);
  const expected = predictions(batch.labels);
  let places = [...expected.keys()];
  let [left, images] = [batch, start];
  let norms: Float32Array | undefined;
  // One more iteration, because each evaluates the images of the previous step.
  for (let done = 0; done <= steps && places.length > 0; done += 1) {
    const result = await step.run(images, left, stepSize);
    const predicted = predictions(result.logits);
    consider(images, predicted, result.objective, places);
    norms ??= result.gradientNorms;
    images = result.images;
    if (!untilBroken) continue;
    const right = [...places.keys()].filter((at) => predicted[at] === expected[places[at] as number]);
    if (right.length === places.length) continue;
    places = rowsIn(places, right);
    [left, images] = [someOf(left, right), rowsAt(images, right)];
  }
  if (norms === undefined) throw new Error('No step was taken');
  return norms;
}
