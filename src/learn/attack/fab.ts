import type { HostTensor } from '../../engine/engine.ts';
import type { AttackBuilder } from './attacker.ts';
import { toBorder } from './fab-step.ts';
import { floats } from './gradient-step.ts';
import { type NearestSearch, nearestAttack } from './nearest-attack.ts';
import { targetsOfRank } from './targets.ts';

export interface FabSettings {
  /**
   * Radius of the l∞ ball, for pixels in [0, 1]. It does not affect the search, but images beyond it are not
   * returned.
   */
  readonly epsilon: number;
  readonly steps: number;
  /** Number of classes to target, the most likely ones first. See `targetsOf`. */
  readonly targets?: number | undefined;
}

/** After finding a misclassified image, the search continues from this fraction of the way to it. */
const backward = 0.9;

/** Bisections between the clean image and the image found. */
const refinements = 10;

/**
 * Targeted fast adaptive boundary attack in l∞ (Croce and Hein 2020): steps to where the linearised model changes
 * from the true class to another, biased towards the clean image. It searches for the nearest misclassified image for
 * one class after another; the reference implementation stops once an example is broken within epsilon. It has one
 * start, the clean image, as in AutoAttack. At the end, it bisects between the clean image and the image found;
 * otherwise it would stay half a percent beyond the boundary of a linear model.
 * @throws Failure `bad-attack`; `too-few-classes` if there are fewer classes than targets need
 */
export function targetedFab({ epsilon, steps, targets }: FabSettings): AttackBuilder {
  return nearestAttack({ name: 'Targeted FAB', epsilon, steps, targets }, async (given) => {
    let gradientNorms: Float32Array | undefined;
    for (let rank = 1; rank <= given.targets; rank += 1) {
      const towards = targetsOfRank(given.clean.logits, given.batch.labels, rank);
      const norms = await searchTowards(given, towards, steps);
      gradientNorms ??= norms;
    }
    await refine(given);
    return gradientNorms;
  });
}

/**
 * One run from the clean images towards one class for each.
 * @returns the l1 norms of the first gradients
 */
async function searchTowards(
  { batch: { images, labels }, nearest, gradient, classify }: NearestSearch,
  towards: HostTensor,
  steps: number,
): Promise<Float32Array | undefined> {
  const clean = floats(images);
  let pixels = Float32Array.from(clean);
  let norms: Float32Array | undefined;
  for (let step = 0; step < steps; step += 1) {
    const found = await gradient.run({ shape: images.shape, data: pixels }, labels, towards);
    norms ??= found.gradientNorms;
    const next = new Float32Array(clean.length);
    const size = clean.length / found.objective.length;
    for (const [row, difference] of found.objective.entries()) {
      const part = (values: Float32Array) => values.subarray(row * size, (row + 1) * size);
      next.set(toBorder(part(clean), part(pixels), part(found.gradient), difference), row * size);
    }
    const { predicted } = await classify.run({ shape: images.shape, data: next }, labels);
    const broken = nearest.consider(next, predicted);
    pixels = next.map((pixel, index) => {
      const origin = clean[index] as number; // as long as the pixels
      return broken[Math.floor(index / size)] ? origin + backward * (pixel - origin) : pixel;
    });
  }
  return norms;
}

/** Searches for misclassified images between the clean ones and the nearest ones found so far. */
async function refine({ batch: { images, labels }, nearest, classify }: NearestSearch): Promise<void> {
  const [clean, far] = [floats(images), floats(nearest.within(Number.POSITIVE_INFINITY))];
  const size = clean.length / nearest.distances.length;
  const shares = Array.from(nearest.distances, () => ({ low: 0, high: 1 }));
  for (let round = 0; round < refinements; round += 1) {
    const middle = shares.map(({ low, high }) => (low + high) / 2);
    const pixels = clean.map((origin, index) => {
      // In range: there is a share for each example, and both have as many pixels.
      return origin + (middle[Math.floor(index / size)] as number) * ((far[index] as number) - origin);
    });
    const { predicted } = await classify.run({ shape: images.shape, data: pixels }, labels);
    for (const [row, broken] of nearest.consider(pixels, predicted).entries()) {
      const share = shares[row];
      if (share) share[broken ? 'high' : 'low'] = middle[row] as number;
    }
  }
}
