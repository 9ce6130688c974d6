import { matMul } from '../../trace/build/mat-mul.ts';
import { reduce } from '../../trace/build/reduce.ts';
import { at, concat, pad, reshape, slice, take, transpose } from '../../trace/build/shape.ts';
import type { GraphBuilder } from '../../trace/builder.ts';
import type { Value } from '../../trace/graph.ts';
import type { Placement } from '../../trace/kernels/window.ts';

/**
 * The gradient of a convolution with respect to its filter. For each position in the filter it is a matrix product of
 * dy [O, positions] with the image shifted to that position [I, positions].
 *
 * Instead of shifting the image in both directions, rows are shifted in the image and columns, in the opposite
 * direction, in dy. So a 3 by 3 filter needs 2 + 2 shifted copies instead of 9. With a stride, the image is first
 * split into phases (for stride 2: even and odd rows and columns), which are then shifted by whole steps.
 * @param x [N, I, H, W]
 * @param dy [N, O, out height, out width]
 * @returns [height, width, I, O]
 */
export function filterGradient(g: GraphBuilder, x: Value, dy: Value, { window, out }: Placement): Value {
  const isSimple = [...window.strides, ...window.dilations].every((step) => step === 1);
  if (isSimple && window.kernel[0] > 1 && at(x.shape, 1) <= FEW_CHANNELS)
    return withRowsTogether(g, x, dy, window, out);
  const images = imagesAtOnce(x.shape, dy.shape);
  const [grouped, groupedSlopes] = [sideBySide(g, x, images), sideBySide(g, dy, images)];
  const products = window.kernel[0] * window.kernel[1];
  const sums = Array.from({ length: products }, (_, place) => {
    const row = moveOf(Math.floor(place / window.kernel[1]), 0, window);
    const column = moveOf(place % window.kernel[1], 1, window);
    const rows = takePhase(g, grouped, 2, row.phase, window.strides[0]);
    const phase = takePhase(g, rows, 3, column.phase, window.strides[1]);
    const image = shift(g, phase, 2, row.steps, out[0]);
    const slopes = shift(g, groupedSlopes, 3, -column.steps, at(phase.shape, 3));
    return product(g, image, slopes, images);
  });
  const shape = [...window.kernel, at(x.shape, 1), at(dy.shape, 1)];
  return reshape(g, sums.length === 1 ? at(sums, 0) : concat(g, sums, 0), shape);
}

/** Up to this many channels, one matrix product for all rows of the filter is faster than one for each. */
const FEW_CHANNELS = 32;

/**
 * The same for images of few channels, without strides: the shifted rows are further channels of the image. Columns
 * are shifted where there are fewer channels, in the image or in dy.
 */
function withRowsTogether(
  g: GraphBuilder,
  x: Value,
  dy: Value,
  { kernel: [height, width], pads: [top, left] }: Placement['window'],
  out: Placement['out'],
): Value {
  const [channels, outputs] = [at(x.shape, 1), at(dy.shape, 1)];
  const padded = shift(g, x, 2, -top, out[0] + height - 1);
  const places = Array.from({ length: height * out[0] }, (_, i) => Math.floor(i / out[0]) + (i % out[0]));
  const stacked = [at(x.shape, 0), channels * height, out[0], at(x.shape, 3)];
  const rows = reshape(g, take(g, padded, 2, places), stacked);
  const sums = Array.from({ length: width }, (_, place) =>
    channels * height < outputs
      ? product(g, shift(g, rows, 3, place - left, out[1]), dy, 1)
      : product(g, rows, shift(g, dy, 3, left - place, at(x.shape, 3)), 1),
  );
  const joined = sums.length === 1 ? at(sums, 0) : concat(g, sums, 0);
  return transpose(g, reshape(g, joined, [width, channels, height, outputs]), [2, 0, 1, 3]);
}

/** The phase of the image that a position in the filter reads, and the shift within the phase. */
function moveOf(place: number, axis: 0 | 1, { strides, dilations, pads }: Placement['window']) {
  const offset = place * dilations[axis] - pads[axis];
  const steps = Math.floor(offset / strides[axis]);
  return { steps, phase: offset - steps * strides[axis] };
}

/** Every `stride`-th row or column, starting at `phase`; zeros where the last one does not exist. */
function takePhase(g: GraphBuilder, x: Value, axis: 2 | 3, phase: number, stride: number): Value {
  if (stride === 1) return x;
  const steps = Math.ceil(at(x.shape, axis) / stride);
  const whole = shift(g, x, axis, 0, steps * stride);
  // With the phase as an axis of its own, the slice copies long pieces. This is faster than a slice with steps.
  const apart = reshape(g, whole, whole.shape.toSpliced(axis, 1, steps, stride));
  const cut = slice(g, apart, [{ axis: axis + 1, start: phase, size: 1 }]);
  return reshape(g, cut, whole.shape.with(axis, steps));
}

/** Shifts along an axis: element i of the result is element i + steps of x, or zero if there is none. */
function shift(g: GraphBuilder, x: Value, axis: 2 | 3, steps: number, size: number): Value {
  const [batch, channels, height, width] = [at(x.shape, 0), at(x.shape, 1), at(x.shape, 2), at(x.shape, 3)];
  // Negative padding crops.
  const moved = [-steps, size - at(x.shape, axis) + steps] as const;
  if (axis === 3) return pad(g, x, [[0, 0], [0, 0], [0, 0], moved]);
  // Rows are contiguous, so shifting them is shifting all elements of the image: one copy per image instead of one
  // per row.
  const flat = reshape(g, x, [batch, channels, height * width]);
  const padded = pad(g, flat, [
    [0, 0],
    [0, 0],
    [moved[0] * width, moved[1] * width],
  ]);
  return reshape(g, padded, [batch, channels, size, width]);
}

/** The sum over images and positions of image times dy: [1, I, O]. Both have several images side by side. */
function product(g: GraphBuilder, image: Value, slopes: Value, images: number): Value {
  const [a, b] = [matrices(g, image, images), matrices(g, slopes, images)];
  return reduce(g, 'ReduceSum', matMul(g, a, b, false, true), [0], true);
}

/** At least this many matrix products must remain for the threads to share. */
const LEAST_PRODUCTS = 8;

/**
 * The number of images in one matrix product. It is 1, without copying, unless the product would sum too few elements
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

/** From [N, C, H, W] to [N / images, C images, H, W]: the images of a group side by side in each channel. */
function sideBySide(g: GraphBuilder, x: Value, images: number): Value {
  if (images === 1) return x;
  const [batch = 1, channels = 1, height = 1, width = 1] = x.shape;
  const groups = batch / images;
  const apart = reshape(g, x, [groups, images, channels, height * width]);
  return reshape(g, transpose(g, apart, [0, 2, 1, 3]), [groups, channels * images, height, width]);
}

/** Images side by side as matrices: [N / images, C, images H W]. */
function matrices(g: GraphBuilder, x: Value, images: number): Value {
  const [groups = 1, channels = 1, height = 1, width = 1] = x.shape;
  return reshape(g, x, [groups, channels / images, images * height * width]);
}
