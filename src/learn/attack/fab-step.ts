import { nearestOnPlane } from './box-projection.ts';
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
  const at = (values: Float32Array | Float64Array, index: number) => values[index] as number; // all are as long
  const moved = slope.reduce((sum, value, index) => sum + value * (at(pixels, index) - at(clean, index)), 0);
  const here = nearestOnPlane(pixels, slope, -difference);
  const there = nearestOnPlane(clean, slope, moved - difference);
  const norm = (change: Float64Array) =>
    change.reduce((most, value) => Math.max(most, Math.abs(value)), tiny);
  const bias = Math.min(norm(here) / (norm(here) + norm(there)), greatestBias);
  return pixels.map((pixel, index) => {
    const ahead = (1 - bias) * (pixel + overshoot * at(here, index));
    return clamp(ahead + bias * (at(clean, index) + overshoot * at(there, index)), 0, 1);
  });
}
