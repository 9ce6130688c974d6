import type { AttackBuilder } from './attacker.ts';
import { rowsAt, rowsIn, someOf } from './batch-rows.ts';
import type { GradientFindings } from './difference-gradient.ts';
import { floats } from './gradient-step.ts';
import { clamp } from './linf-bounds.ts';
import { nearestAttack } from './nearest-attack.ts';

import { targetsOfRank } from './targets.ts';

export interface DeepFoolSettings {
  /**
   * Radius of the l∞ ball, for pixels in [0, 1]. It does not affect the search, but images beyond it are not
   * returned.
   */
  readonly epsilon: number;
  readonly steps: number;
  /** Number of classes to consider, the most likely ones of the clean image. See `targetsOf`. */
  readonly targets?: number | undefined;
}

/** How far a step goes past the boundary, as a fraction of the step; from the paper. */
const overshoot = 0.02;

/**
 * DeepFool in l∞ (Moosavi-Dezfooli et al. 2016, algorithm 2 and section 3.3): steps to the nearest class boundary of
 * the linearised model, until the prediction changes. Pixels are clipped to [0, 1] after each step; the paper does
 * not mention this.
 * @throws Failure `bad-attack`; `too-few-classes` if there are fewer classes than targets need
 */
export function deepfool({ epsilon, steps, targets }: DeepFoolSettings): AttackBuilder {
  return nearestAttack({ name: 'DeepFool', epsilon, steps, targets }, async (given) => {
    const { batch, clean, nearest, gradient, classify } = given;
    const ranks = Array.from({ length: given.targets }, (_, index) => index + 1);
    let towards = ranks.map((rank) => targetsOfRank(clean.logits, batch.labels, rank));
    let broken = given.broken;
    let rows = [...broken.keys()];
    let left = batch;
    let images = batch.images;
    let gradientNorms: Float32Array | undefined;
    // The first gradients are always computed, because they are part of the result.
    for (let step = 0; step < steps && rows.length > 0; step += 1) {
      const found: GradientFindings[] = [];
      for (const one of towards) found.push(await gradient.run(images, left.labels, one));
      gradientNorms ??= found[0]?.gradientNorms;
      const moved = { ...images, data: stepped(floats(images), found, broken) };
      const { predicted } = await classify.run(moved, left.labels);
      const breaks = nearest.consider(rows, moved.data, predicted);
      const still = [...rows.keys()].filter((place) => !broken[place] && !breaks[place]);
      towards = towards.map((one) => rowsAt(one, still));
      [rows, left, images] = [rowsIn(rows, still), someOf(left, still), rowsAt(moved, still)];
      broken = rows.map(() => false);
    }
    return gradientNorms;
  });
}

/**
 * The images after one step; those that are broken do not change.
 * @param found for each class, z_t - z_y and its gradient
 */
function stepped(
  pixels: Float32Array,
  found: readonly GradientFindings[],
  broken: readonly boolean[],
): Float32Array {
  const next = Float32Array.from(pixels);
  const size = pixels.length / broken.length;
  for (const [row, done] of broken.entries()) {
    const nearest = found
      .map(({ objective, gradientNorms, gradient }) => {
        const norm = gradientNorms[row] as number; // there is a row for each example
        return { gradient, length: norm > 0 ? Math.abs(objective[row] as number) / norm : Infinity };
      })
      .reduce((best, one) => (one.length < best.length ? one : best));
    // Without a gradient there is no direction to go.
    if (done || nearest.length === Infinity) continue;
    for (let index = row * size; index < (row + 1) * size; index += 1) {
      const way = (1 + overshoot) * nearest.length * Math.sign(nearest.gradient[index] as number);
      next[index] = clamp((pixels[index] as number) + way, 0, 1); // as many pixels as gradients
    }
  }
  return next;
}
