import { matMul } from '../build/linear.ts';
import { reduce } from '../build/reduce.ts';
import { at, concat, pad, reshape, slice, transpose } from '../build/shape.ts';
import type { GraphBuilder } from '../builder.ts';
import type { Value } from '../graph.ts';
import type { Placement } from './window.ts';

/**
 * The gradient of a convolution with respect to its filter: for each place of the filter a matrix product of dy
 * [O, positions] with the image as seen from that place [I, positions].
 *
 * What a place sees is the image moved by some rows and columns. The rows are moved in the image and the columns, the
 * other way, in dy: so that a filter of 3 by 3 needs 2 + 2 moved copies, not 9. With a stride the image is first cut
 * into its phases (its even and its odd rows, and so with columns), which are then moved by whole steps.
 * @param x [N, I, H, W]
 * @param dy [N, O, out height, out width]
 * @returns [height, width, I, O]
 */
export function filterGradient(g: GraphBuilder, x: Value, dy: Value, { window, out }: Placement): Value {
  const images = imagesAtOnce(x.shape, dy.shape);
  const [grouped, groupedSlopes] = [sideBySide(g, x, images), sideBySide(g, dy, images)];
  const products = window.kernel[0] * window.kernel[1];
  const sums = Array.from({ length: products }, (_, place) => {
    const row = moveOf(Math.floor(place / window.kernel[1]), 0, window);
    const column = moveOf(place % window.kernel[1], 1, window);
    const phase = takePhase(
      g,
      takePhase(g, grouped, 2, row.phase, window.strides[0]),
      3,
      column.phase,
      window.strides[1],
    );
    const image = shift(g, phase, 2, row.steps, out[0]);
    const slopes = shift(g, groupedSlopes, 3, -column.steps, at(phase.shape, 3));
    return product(g, image, slopes, images);
  });
  const shape = [...window.kernel, at(x.shape, 1), at(dy.shape, 1)];
  return reshape(g, sums.length === 1 ? at(sums, 0) : concat(g, sums, 0), shape);
}

/** Where a place of the filter looks: at which phase of the image, and how many steps further. */
function moveOf(place: number, axis: 0 | 1, { strides, dilations, pads }: Placement['window']) {
  const offset = place * dilations[axis] - pads[axis];
  const steps = Math.floor(offset / strides[axis]);
  return { steps, phase: offset - steps * strides[axis] };
}

/** Every `stride`-th row or column from the `phase`-th on; where the last is not there, zeros. */
function takePhase(g: GraphBuilder, x: Value, axis: 2 | 3, phase: number, stride: number): Value {
  if (stride === 1) return x;
  const steps = Math.ceil(at(x.shape, axis) / stride);
  const whole = shift(g, x, axis, 0, steps * stride);
  // As an axis of its own the phase is cut out in long pieces, which is faster than with steps.
  const apart = reshape(g, whole, whole.shape.toSpliced(axis, 1, steps, stride));
  const cut = slice(g, apart, [{ axis: axis + 1, start: phase, size: 1 }]);
  return reshape(g, cut, whole.shape.with(axis, steps));
}

/** Element i of the result along an axis is element i + steps of x, or zero where there is none. */
function shift(g: GraphBuilder, x: Value, axis: 2 | 3, steps: number, size: number): Value {
  const [batch, channels, height, width] = [at(x.shape, 0), at(x.shape, 1), at(x.shape, 2), at(x.shape, 3)];
  // A negative padding cuts off.
  const moved = [-steps, size - at(x.shape, axis) + steps] as const;
  if (axis === 3) return pad(g, x, [[0, 0], [0, 0], [0, 0], moved]);
  // Rows lie one after the other, so moving them is moving all elements of the image: one copy an image, not one a row.
  const flat = reshape(g, x, [batch, channels, height * width]);
  const padded = pad(g, flat, [
    [0, 0],
    [0, 0],
    [moved[0] * width, moved[1] * width],
  ]);
  return reshape(g, padded, [batch, channels, size, width]);
}

/** The sum over images and positions of image times slopes, both side by side: [1, I, O]. */
function product(g: GraphBuilder, image: Value, slopes: Value, images: number): Value {
  const [a, b] = [matrices(g, image, images), matrices(g, slopes, images)];
  return reduce(g, 'ReduceSum', matMul(g, a, b, false, true), [0], true);
}

/** As many matrix products are left for the threads to share. */
const LEAST_PRODUCTS = 8;

/**
 * How many images go into one matrix product. One, as they lie in memory, unless it would be a sum of too few elements
 * for its I by O results, as in the last layers of wide networks.
 */
function imagesAtOnce(
  [, inner = 1]: readonly number[],
  [batch = 1, outer = 1, height = 1, width = 1]: readonly number[],
): number {
  // Measured: 256 channels of 8 by 8 take 2.8 ms with eight images at once, 3.8 ms with one.
  const least = (4 * inner * outer) / ((inner + outer) * height * width);
  const divisors = Array.from({ length: batch }, (_, index) => index + 1).filter(
    (count) => batch % count === 0,
  );
  const allowed = divisors.filter((count) => count === 1 || batch / count >= LEAST_PRODUCTS);
  return allowed.find((count) => count >= least) ?? allowed.at(-1) ?? 1;
}

/** [N, C, H, W] as [N / images, C images, H, W]: the images of a group side by side in each channel. */
function sideBySide(g: GraphBuilder, x: Value, images: number): Value {
  if (images === 1) return x;
  const [batch = 1, channels = 1, height = 1, width = 1] = x.shape;
  const groups = batch / images;
  const apart = reshape(g, x, [groups, images, channels, height * width]);
  return reshape(g, transpose(g, apart, [0, 2, 1, 3]), [groups, channels * images, height, width]);
}

/** What lies side by side as [N / images, C, images H W]. */
function matrices(g: GraphBuilder, x: Value, images: number): Value {
  const [groups = 1, channels = 1, height = 1, width = 1] = x.shape;
  return reshape(g, x, [groups, channels / images, images * height * width]);
}
