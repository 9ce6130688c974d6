/**
 * The change d with the smallest l∞ norm such that slope · d = change and point + d is in [0, 1]; if the box allows
 * no such d, the largest possible change in that direction. Each pixel moves by the radius that is returned, in the
 * direction of the change, but no farther than to the box: see `alongPlane`. The result is exact: the radius solves
 * Σ |slope| · min(radius, room) = |change|, where room is the distance of a pixel to the box. The left side is concave
 * and piecewise linear, so Newton's method from 0 reaches the solution in finitely many steps. FAB (Croce and Hein
 * 2020) computes the same projection by sorting.
 *
 * These are loops over numbers, not ops of a compiled graph: the number of Newton steps depends on the example, and a
 * graph would have to take the largest for all.
 * @param point in [0, 1]; `slope` has the same length
 * @returns the radius; infinity if every pixel moves to the box
 */
export function radiusToPlane(point: Float32Array, slope: Float32Array, change: number): number {
  const way = Math.sign(change);
  let radius = 0;
  while (radius < Number.POSITIVE_INFINITY) {
    let left = Math.abs(change);
    let free = 0;
    for (let i = 0; i < slope.length; i += 1) {
      const weight = slope[i] as number; // in range, also below
      const room = way * weight > 0 ? 1 - (point[i] as number) : (point[i] as number);
      if (room > radius) free += Math.abs(weight);
      else left -= Math.abs(weight) * room;
    }
    // If nothing can move any more, every pixel is at its limit.
    const next = free === 0 ? Number.POSITIVE_INFINITY : left / free;
    if (!(next > radius)) break;
    radius = next;
  }
  return radius;
}

/** The change of one pixel, for a radius from `radiusToPlane`. @param way the sign of the change */
export function alongPlane(pixel: number, slope: number, way: number, radius: number): number {
  const room = way * slope > 0 ? 1 - pixel : pixel;
  return way * Math.sign(slope) * Math.min(radius, room);
}
