/** How the pixels of an image move to a plane: each by the radius, but no farther than its room. */
export interface Projection {
  /** The sign of the change of each pixel; 0 if the slope is 0 there. */
  readonly ways: Float64Array;
  /** Infinity if every pixel moves to the border of the box. Otherwise some pixel moves by the radius. */
  readonly radius: number;
  /** The distance of each pixel to the border of the box, in its direction. */
  readonly rooms: Float64Array;
}

/**
 * The change d with the smallest l∞ norm such that slope · d = change and point + d is in [0, 1]; if the box allows
 * no such d, the largest possible change in that direction. The result is exact: the radius solves Σ |slope| ·
 * min(radius, room) = |change|. The left side is concave and piecewise linear, so Newton's method from 0 reaches the
 * solution in finitely many steps. FAB (Croce and Hein 2020) computes the same projection by sorting.
 *
 * This is a loop over numbers and not a part of a compiled graph: the number of Newton steps depends on the example,
 * and a graph would have to take the largest for all.
 * @param point in [0, 1]; `slope` has the same length
 */
export function nearestOnPlane(point: Float32Array, slope: Float32Array, change: number): Projection {
  const way = Math.sign(change);
  const { length } = slope;
  const weights = new Float64Array(length);
  const ways = new Float64Array(length);
  const rooms = new Float64Array(length);
  // The signs of a gradient are like random, so a processor guesses wrong half of the branches on them, which would
  // take most of the time here. The sign bit of a float32 needs no branch.
  const bits = new Int32Array(slope.buffer, slope.byteOffset, length);
  for (let i = 0; i < length; i += 1) {
    const weight = slope[i] as number; // i is in range, also below
    const pixel = point[i] as number;
    const along = way * (1 + 2 * ((bits[i] as number) >> 31));
    weights[i] = Math.abs(weight);
    ways[i] = weight === 0 ? 0 : along;
    rooms[i] = ((1 + along) / 2) * (1 - pixel) + ((1 - along) / 2) * pixel;
  }
  let radius = 0;
  while (radius < Number.POSITIVE_INFINITY) {
    let left = Math.abs(change);
    let free = 0;
    for (let i = 0; i < length; i += 1) {
      const weight = weights[i] as number;
      const room = rooms[i] as number;
      if (room > radius) free += weight;
      else left -= weight * room;
    }
    // If nothing can move any more, every pixel is at its limit.
    const next = free === 0 ? Number.POSITIVE_INFINITY : left / free;
    if (!(next > radius)) break;
    radius = next;
  }
  return { ways, radius, rooms };
}

/** The change of a pixel. */
export function changeOf({ ways, radius, rooms }: Projection, pixel: number): number {
  return (ways[pixel] as number) * Math.min(radius, rooms[pixel] as number); // there is one for each pixel
}
