/**
 * The change d with the smallest l∞ norm such that slope · d = change and point + d is in [0, 1]; if the box allows
 * no such d, the largest possible change in that direction. The result is exact: the radius solves Σ |slope| ·
 * min(radius, room) = |change|, where room is the distance of a pixel to the box. The left side is concave and
 * piecewise linear, so Newton's method from 0 reaches the solution in finitely many steps. FAB (Croce and Hein 2020)
 * computes the same projection by sorting.
 * @param point in [0, 1]; `slope` has the same length
 */
export function nearestOnPlane(point: Float32Array, slope: Float32Array, change: number): Float64Array {
  const way = Math.sign(change);
  const { length } = slope;
  const [weights, rooms] = [new Float64Array(length), new Float64Array(length)];
  for (let i = 0; i < length; i += 1) {
    const [weight, pixel] = [slope[i] as number, point[i] as number]; // i is in range, also below
    weights[i] = Math.abs(weight);
    rooms[i] = way * weight > 0 ? 1 - pixel : pixel;
  }
  let radius = 0;
  while (radius < Number.POSITIVE_INFINITY) {
    let [left, free] = [Math.abs(change), 0];
    for (let i = 0; i < length; i += 1) {
      const [weight, room] = [weights[i] as number, rooms[i] as number];
      if (room > radius) free += weight;
      else left -= weight * room;
    }
    // If nothing can move any more, every pixel is at its limit.
    const next = free === 0 ? Number.POSITIVE_INFINITY : left / free;
    if (!(next > radius)) break;
    radius = next;
  }
  const nearest = new Float64Array(length);
  for (let i = 0; i < length; i += 1) {
    nearest[i] = way * Math.sign(slope[i] as number) * Math.min(radius, rooms[i] as number);
  }
  return nearest;
}
