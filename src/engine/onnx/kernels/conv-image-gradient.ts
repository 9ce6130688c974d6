import { conv, convTranspose } from '../build/linear.ts';
import { at, pad, reshape, slice, transpose } from '../build/shape.ts';
import type { GraphBuilder } from '../builder.ts';
import type { Value } from '../graph.ts';
import type { Placement } from './window.ts';

/**
 * The gradient of a convolution with respect to its image. At stride 1 it is a convolution with the filter flipped and
 * its channels swapped, which runs as fast as the forward one; at stride 2 it is taken in phases; else it is a
 * transposed convolution.
 * @param dy [N, O, out height, out width]
 * @param filter [height, width, I, O]
 * @returns [N, I, H, W]
 */
export function imageGradient(g: GraphBuilder, dy: Value, filter: Value, placement: Placement): Value {
  const { window, image } = placement;
  const { kernel, strides, dilations, pads } = window;
  const [top, left] = [reach(0) - pads[0], reach(1) - pads[1]];
  const [bottom, right] = [reach(0) - pads[2], reach(1) - pads[3]];
  function reach(axis: 0 | 1): number {
    return (kernel[axis] - 1) * dilations[axis];
  }
  if (strides[0] === 1 && strides[1] === 1 && Math.min(top, left, bottom, right) >= 0) {
    const flipped = transpose(g, flip(g, filter), [2, 3, 0, 1]);
    return conv(g, dy, flipped, { ...window, pads: [top, left, bottom, right] }, image);
  }
  return (
    inPhases(g, dy, filter, placement) ??
    convTranspose(g, dy, transpose(g, filter, [3, 2, 0, 1]), window, image)
  );
}

/** A filter turned by half a circle. Its places are moved as wholes, which is faster than a slice with negative steps. */
function flip(g: GraphBuilder, filter: Value): Value {
  const [height, width, ...others] = [
    at(filter.shape, 0),
    at(filter.shape, 1),
    at(filter.shape, 2),
    at(filter.shape, 3),
  ];
  const count = height * width;
  if (count === 1) return filter;
  const indices = g.constant(
    Int32Array.from({ length: count }, (_, index) => count - 1 - index),
    [count],
  );
  const places = reshape(g, filter, [count, ...others]);
  return reshape(
    g,
    g.one('Gather', [places, indices], { axis: 0 }, places.shape, filter.dtype),
    filter.shape,
  );
}

/** The rows (or columns) of an image by their parity, and what of dy and of the filter each of them needs. */
interface Phases {
  /** Rows of one parity. */
  readonly size: number;
  /** Rows of dy that a row looks at. */
  readonly looks: number;
  /** Rows of zeros around dy. */
  readonly pads: readonly [before: number, after: number];
  /** For each parity, and each look: the row of the filter. Rows that do not exist are zeros. */
  readonly rows: readonly number[];
}

/**
 * At stride 2, row 2q + r of the image has to do with every second row of the filter alone: k = r + pad - 2d meets row
 * q + d of dy. So even and odd rows and columns make four images of half the size, which are the channels of one
 * convolution at stride 1, and are then put in their places. A transposed convolution takes longer, and so do the
 * layouts around it.
 */
function inPhases(
  g: GraphBuilder,
  dy: Value,
  filter: Value,
  { window, image }: Placement,
): Value | undefined {
  const [height, width] = [phasesOf(0), phasesOf(1)];
  if (!height || !width) return undefined;
  const [inputs, outputs] = [at(filter.shape, 2), at(filter.shape, 3)];
  const looks = [height.looks, width.looks] as const;
  const picked = takeRows(g, takeRows(g, filter, 0, height.rows), 1, width.rows);
  // [parity, look, parity, look, I, O] to [look, look, O, parity parity I]
  const apart = reshape(g, picked, [2, looks[0], 2, looks[1], inputs, outputs]);
  const joint = reshape(g, transpose(g, apart, [1, 3, 5, 0, 2, 4]), [...looks, outputs, 4 * inputs]);
  const weights = transpose(g, joint, [3, 2, 0, 1]);
  const pads = [height.pads[0], width.pads[0], height.pads[1], width.pads[1]] as const;
  const one = { kernel: looks, strides: [1, 1], dilations: [1, 1], pads } as const;
  const phases = conv(g, dy, weights, one, [height.size, width.size]);
  const whole = [at(dy.shape, 0), inputs, 2 * height.size, 2 * width.size];
  const joined = g.one('DepthToSpace', [phases], { blocksize: 2, mode: 'DCR' }, whole, dy.dtype);
  const cuts = [
    { axis: 2, start: 0, size: image[0] },
    { axis: 3, start: 0, size: image[1] },
  ];
  return slice(g, joined, cuts);

  function phasesOf(axis: 0 | 1): Phases | undefined {
    if (window.strides[axis] !== 2 || window.dilations[axis] !== 1) return undefined;
    const [kernel, before, size] = [window.kernel[axis], window.pads[axis], Math.ceil(image[axis] / 2)];
    const steps = [0, 1].flatMap((parity) =>
      Array.from({ length: kernel }, (_, k) => (parity + before - k) / 2).filter(Number.isInteger),
    );
    const [least, most] = [Math.min(...steps), Math.max(...steps)];
    const count = most - least + 1;
    const around = [-least, size - at(dy.shape, axis + 2) + least + count - 1] as const;
    if (Math.min(...around) < 0) return undefined;
    const rows = [0, 1].flatMap((parity) =>
      Array.from({ length: count }, (_, look) => parity + before - 2 * (look + least)),
    );
    return { size, looks: count, pads: around, rows };
  }
}

/** Rows of a filter along an axis, in the given order; zeros where there is none. */
function takeRows(g: GraphBuilder, filter: Value, axis: 0 | 1, rows: readonly number[]): Value {
  const extent = at(filter.shape, axis);
  const filled = pad(
    g,
    filter,
    filter.shape.map((_, index) => (index === axis ? [0, 1] : [0, 0])),
  );
  const places = rows.map((row) => (row >= 0 && row < extent ? row : extent));
  const indices = g.constant(Int32Array.from(places), [places.length]);
  return g.one('Gather', [filled, indices], { axis }, filter.shape.with(axis, places.length), filter.dtype);
}
