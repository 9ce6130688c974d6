import type { HostTensor } from '../../engine/engine.ts';
import type { AttackBuilder } from './attacker.ts';
import { rowsAt, someOf } from './batch-rows.ts';
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
  /**
   * Whether only images within epsilon matter, as in a cascade: an example that has one is not searched for towards
   * further classes. Otherwise the search goes on for a nearer one. Default false.
   */
  readonly onlyWithin?: boolean | undefined;
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
export function targetedFab({ epsilon, steps, targets, onlyWithin = false }: FabSettings): AttackBuilder {
  return nearestAttack({ name: 'Targeted FAB', epsilon, steps, targets }, async (given) => {
    let gradientNorms: Float32Array | undefined;
    for (let rank = 1; rank <= given.targets; rank += 1) {
      const towards = targetsOfRank(given.clean.logits, given.batch.labels, rank);
      const rows = given.nearest.beyond(onlyWithin ? epsilon : Number.NEGATIVE_INFINITY);
      if (rows.length === 0) break;
      const norms = await searchTowards(given, rows, rowsAt(towards, rows), steps);
      gradientNorms ??= norms;
    }
    await refine(given);
    return gradientNorms;
  });
}

/**
 * One run from the clean images towards one class for each.
 * @param rows the examples that are attacked; `towards` has a row for each
 * @returns the l1 norms of the first gradients
 */
async function searchTowards(
  { batch, nearest, gradient, classify }: NearestSearch,
  rows: readonly number[],
  towards: HostTensor,
  steps: number,
): Promise<Float32Array | undefined> {
  const { images, labels } = someOf(batch, rows);
  const clean = floats(images);
  const size = clean.length / rows.length;
  let pixels = clean;
  let norms: Float32Array | undefined;
  for (let step = 0; step < steps; step += 1) {
    const found = await gradient.run({ shape: images.shape, data: pixels }, labels, towards);
    norms ??= found.gradientNorms;
    const next = new Float32Array(clean.length);
    for (const [place, difference] of found.objective.entries()) {
      const part = (values: Float32Array) => values.subarray(place * size, (place + 1) * size);
      next.set(toBorder(part(clean), part(pixels), part(found.gradient), difference), place * size);
    }
    const { predicted } = await classify.run({ shape: images.shape, data: next }, labels);
    const broken = nearest.consider(rows, next, predicted);
    for (const [place, breaks] of broken.entries()) {
      if (breaks) stepBack(clean, next, place * size, (place + 1) * size);
    }
    pixels = next;
  }
  return norms;
}

/** Moves some pixels towards the clean image. */
function stepBack(clean: Float32Array, pixels: Float32Array, from: number, to: number): void {
  for (let i = from; i < to; i += 1) {
    const origin = clean[i] as number; // in range: as many as pixels
    pixels[i] = origin + backward * ((pixels[i] as number) - origin);
  }
}

/** Searches for misclassified images between the clean ones and the nearest ones found so far. */
async function refine({ batch: { images, labels }, nearest, classify }: NearestSearch): Promise<void> {
  const [clean, far] = [floats(images), floats(nearest.within(Number.POSITIVE_INFINITY))];
  const rows = [...nearest.distances.keys()];
  const size = clean.length / rows.length;
  const shares = rows.map(() => ({ low: 0, high: 1 }));
  for (let round = 0; round < refinements; round += 1) {
    const pixels = new Float32Array(clean.length);
    for (const [row, { low, high }] of shares.entries()) {
      for (let i = row * size; i < (row + 1) * size; i += 1) {
        const origin = clean[i] as number; // in range: both have as many pixels
        pixels[i] = origin + ((low + high) / 2) * ((far[i] as number) - origin);
      }
    }
    const { predicted } = await classify.run({ shape: images.shape, data: pixels }, labels);
    for (const [row, broken] of nearest.consider(rows, pixels, predicted).entries()) {
      const share = shares[row];
      if (share) share[broken ? 'high' : 'low'] = (share.low + share.high) / 2;
    }
  }
}
