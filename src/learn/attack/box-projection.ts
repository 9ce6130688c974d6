/**
 * The least change d, by its greatest element, with slope · d = change and point + d in [0, 1]; where the box allows no
 * such d, all that it allows in that direction. Exact: the radius solves Σ |slope| · min(radius, room) = |change|, whose
 * left side is concave and made of lines, so that Newton's method from 0 rises to the solution in finitely many steps.
 * The same as the projection of FAB (Croce and Hein 2020), which sorts the rooms instead.
 * @param point in [0, 1]; `slope` is as long
 */
export function nearestOnPlane(point: Float32Array, slope: Float32Array, change: number): Float64Array {
  const way = Math.sign(change);
  const { length } = slope;
  const [weights, rooms] = [new Float64Array(length), new Float64Array(length)];
  for (let i = 0; i < length; i += 1) {
    const [weight, pixel] = [slope[i] as number, point[i] as number]; // i is in range; so below
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
    // Where nothing can move any more, every pixel goes as far as it can.
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
