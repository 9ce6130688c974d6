import { Failure } from '../../failure.ts';
import type { Stream } from '../random/stream.ts';
import type { AttackBatch, AttackBuilder, Perturbed } from './attacker.ts';
import { checkEpsilon } from './audit.ts';
import { bestOfRuns } from './best-iterates.ts';
import { type Classifier, classifier } from './classify.ts';
import { clamp } from './linf-bounds.ts';
import { randomPoint } from './random-point.ts';

// Noise for comparison: if it breaks a model as often as an attack with gradients, the model hides its gradients.

export interface UniformNoiseSettings {
  /** Radius of the l∞ ball, for pixels in [0, 1]. */
  readonly epsilon: number;
  /** Number of draws; each example keeps its worst result. Default 1. */
  readonly restarts?: number | undefined;
}

export interface GaussianNoiseSettings extends UniformNoiseSettings {
  /** Standard deviation before clipping to the ball, for pixels in [0, 1]. */
  readonly sigma: number;
}

/**
 * Uniform noise in the l∞ ball.
 * @throws Failure `bad-attack`
 */
export function uniformNoise({ epsilon, restarts }: UniformNoiseSettings): AttackBuilder {
  return worstOfDraws('uniform-noise', uniformIn(epsilon), epsilon, restarts);
}

/** The same with a classifier that is already compiled. Settings are trusted. */
export function uniformNoiseFrom(
  classify: Classifier,
  { epsilon, restarts = 1 }: UniformNoiseSettings,
  batch: AttackBatch,
): Promise<Perturbed> {
  return worstFrom(classify, { name: 'uniform-noise', draw: uniformIn(epsilon), restarts }, batch);
}

/**
 * Normal noise, clipped to the l∞ ball.
 * @throws Failure `bad-attack`
 */
export function gaussianNoise({ epsilon, restarts, sigma }: GaussianNoiseSettings): AttackBuilder {
  if (!(sigma >= 0 && Number.isFinite(sigma))) {
    throw new Failure('bad-attack', `Sigma is ${sigma}; it must be 0 or more.`);
  }
  const draw = (stream: Stream, size: number) =>
    stream.normals(size).map((value) => clamp(sigma * value, -epsilon, epsilon));
  return worstOfDraws('gaussian-noise', draw, epsilon, restarts);
}

type Draw = (stream: Stream, size: number) => Float32Array;

function uniformIn(epsilon: number): Draw {
  return (stream, size) => stream.uniform(size, -epsilon, epsilon);
}

function worstOfDraws(name: string, draw: Draw, epsilon: number, restarts = 1): AttackBuilder {
  checkEpsilon(epsilon);
  if (!(Number.isInteger(restarts) && restarts >= 1)) {
    throw new Failure('bad-attack', `Noise needs at least one draw, not ${restarts}.`);
  }
  return (target) => {
    const classify = classifier(target);
    return {
      epsilon,
      perturb: (batch) => worstFrom(classify, { name, draw, restarts }, batch),
      dispose: () => classify.dispose(),
    };
  };
}

function worstFrom(
  classify: Classifier,
  { name, draw, restarts }: { name: string; draw: Draw; restarts: number },
  batch: AttackBatch,
): Promise<Perturbed> {
  return bestOfRuns(batch, restarts, async (left, consider, counter) => {
    const images = randomPoint(left, { name, counter }, draw);
    const { predicted, loss } = await classify.run(images, left.labels);
    consider(images, predicted, loss);
    return undefined;
  });
}
