import { alongPlane, radiusToPlane } from './box-projection.ts';
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
  const [here, there] = [-difference, moved - difference];
  const [hereWay, thereWay] = [Math.sign(here), Math.sign(there)];
  const [hereRadius, thereRadius] = [radiusToPlane(pixels, slope, here), radiusToPlane(clean, slope, there)];
  const hereNorm = greatestChange(pixels, slope, hereWay, hereRadius);
  const bias = Math.min(
    hereNorm / (hereNorm + greatestChange(clean, slope, thereWay, thereRadius)),
    greatestBias,
  );
  const next = new Float32Array(length);
  for (let i = 0; i < length; i += 1) {
    const [pixel, origin, weight] = [pixels[i] as number, clean[i] as number, slope[i] as number];
    const ahead = (1 - bias) * (pixel + overshoot * alongPlane(pixel, weight, hereWay, hereRadius));
    const back = bias * (origin + overshoot * alongPlane(origin, weight, thereWay, thereRadius));
    next[i] = clamp(ahead + back, 0, 1);
  }
  return next;
}

/** The l∞ norm of the change, at least `tiny`. */
function greatestChange(point: Float32Array, slope: Float32Array, way: number, radius: number): number {
  // A finite radius is reached by some pixel: see `radiusToPlane`.
  if (radius < Number.POSITIVE_INFINITY) return Math.max(radius, tiny);
  let most = tiny;
  for (let i = 0; i < point.length; i += 1) {
    // In range: both have the same length.
    const change = Math.abs(alongPlane(point[i] as number, slope[i] as number, way, radius));
    if (change > most) most = change;
  }
  return most;
}
