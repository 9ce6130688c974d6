import { changeOf, nearestOnPlane, type Projection } from './box-projection.ts';
import { clamp } from './linf-bounds.ts';

/** Constants of the authors' code. */
const [greatestBias, overshoot] = [0.1, 1.05];

/** Avoids 0 / 0 in the ratio of two distances. */
const tiny = 1e-8;

/**
 * A step for one example: past the plane where the linearised model gives both classes the same logit. It is a mean
 * of the projections of the current point and of the clean image, weighted by how far each is from the plane.
 * @param difference z_t - z_y at `pixels`; `slope` is its gradient there
 */
export function toBorder(
  clean: Float32Array,
  pixels: Float32Array,
  slope: Float32Array,
  difference: number,
): Float32Array {
  const { length } = pixels;
  let moved = 0;
  // In range: all have the same length, also below.
  for (let i = 0; i < length; i += 1)
    moved += (slope[i] as number) * ((pixels[i] as number) - (clean[i] as number));
  const here = nearestOnPlane(pixels, slope, -difference);
  const there = nearestOnPlane(clean, slope, moved - difference);
  const hereNorm = normOf(here);
  const bias = Math.min(hereNorm / (hereNorm + normOf(there)), greatestBias);
  const next = new Float32Array(length);
  for (let i = 0; i < length; i += 1) {
    const ahead = (1 - bias) * ((pixels[i] as number) + overshoot * changeOf(here, i));
    const back = bias * ((clean[i] as number) + overshoot * changeOf(there, i));
    next[i] = clamp(ahead + back, 0, 1);
  }
  return next;
}

/** The l∞ norm of the change, at least `tiny`. */
function normOf(projection: Projection): number {
  if (projection.radius < Number.POSITIVE_INFINITY) return Math.max(projection.radius, tiny);
  return projection.rooms.reduce(
    (most, _, pixel) => Math.max(most, Math.abs(changeOf(projection, pixel))),
    tiny,
  );
}
