import { at, concat, expand, pad, slice, take, transpose } from '../../trace/build/shape.ts';
import type { GraphBuilder } from '../../trace/builder.ts';
import type { Value } from '../../trace/graph.ts';
import type { Placement } from '../../trace/kernels/window.ts';
import { conv } from '../build/conv.ts';

/** What the even or the odd rows of an image depend on. The same holds for columns. */
interface Phase {
  /** Rows of the filter, in the order in which they are applied to rows of dy. */
  readonly rows: readonly number[];
  /** Rows of zeros around dy; negative if rows of dy are not needed. */
  readonly pads: readonly [before: number, after: number];
}

/**
 * The gradient of a convolution of stride 2 with respect to its image. Row 2q + r of the image depends only on every
 * second row of the filter: row k = r + pad - 2d is multiplied by row q + d of dy. So the even and odd rows and
 * columns are four convolutions at stride 1, whose results are interleaved. A transposed convolution takes longer,
 * and so do the layout changes around it.
 * @returns [N, I, H, W]; undefined for another stride, or if rows of dy would have to be cropped
 */
export function inPhases(
  g: GraphBuilder,
  dy: Value,
  filter: Value,
  { window, image }: Placement,
): Value | undefined {
  const { strides, dilations, kernel, pads } = window;
  if ([...strides, ...dilations].join() !== '2,2,1,1') return undefined;
  const half = [Math.ceil(image[0] / 2), Math.ceil(image[1] / 2)] as const;
  const [even, odd] = ([0, 1] as const).map((parity) =>
    ([0, 1] as const).map((axis) => {
      const rows = { kernel: kernel[axis], before: pads[axis], slopes: at(dy.shape, axis + 2) };
      return phaseOf(parity, { ...rows, size: half[axis] });
    }),
  );
  const pairs = [even, odd].flatMap((row) => [even, odd].map((column) => [row?.[0], column?.[1]] as const));
  const parts = pairs.map(([row, column]) => row && column && one(g, dy, filter, row, column, half));
  if (pairs.flat().some((phase) => phase && Math.min(...phase.pads) < 0)) return undefined;
  const inputs = at(filter.shape, 2);
  const whole = [at(dy.shape, 0), inputs, 2 * half[0], 2 * half[1]];
  const channels = gather(g, parts, [at(dy.shape, 0), inputs, ...half]);
  const joined = g.one('DepthToSpace', [channels], { blocksize: 2, mode: 'DCR' }, whole, dy.dtype);
  return slice(g, joined, [
    { axis: 2, start: 0, size: image[0] },
    { axis: 3, start: 0, size: image[1] },
  ]);
}

/** Undefined if no row of the filter has this parity. */
function phaseOf(
  parity: 0 | 1,
  { kernel, before, slopes, size }: { kernel: number; before: number; slopes: number; size: number },
): Phase | undefined {
  const rows = Array.from({ length: kernel }, (_, index) => kernel - 1 - index).filter(
    (row) => (row + parity + before) % 2 === 0,
  );
  const [head] = rows;
  if (head === undefined) return undefined;
  // The first row of dy that contributes to row 0 of the image.
  const first = (parity + before - head) / 2;
  return { rows, pads: [-first, size + rows.length - 1 + first - slopes] };
}

function one(
  g: GraphBuilder,
  dy: Value,
  filter: Value,
  row: Phase,
  column: Phase,
  size: readonly [number, number],
): Value {
  const weights = take(g, take(g, filter, 0, row.rows), 1, column.rows);
  const pads = [row.pads[0], column.pads[0], row.pads[1], column.pads[1]] as const;
  const kernel = [row.rows.length, column.rows.length] as const;
  const window = { kernel, strides: [1, 1], dilations: [1, 1], pads } as const;
  return conv(g, dy, transpose(g, weights, [2, 3, 0, 1]), window, size);
}

/** The four parts as channels; a part without contributions is zero. */
function gather(g: GraphBuilder, parts: readonly (Value | undefined)[], shape: readonly number[]): Value {
  const count = parts.findLastIndex((part) => part !== undefined) + 1;
  const zeros = () => expand(g, g.scalar(0), shape);
  const there = parts.slice(0, count).map((part) => part ?? zeros());
  const channels = there.length === 1 ? at(there, 0) : concat(g, there, 1);
  const lacking = (parts.length - count) * at(shape, 1);
  return lacking === 0
    ? channels
    : pad(g, channels, [
        [0, 0],
        [0, lacking],
        [0, 0],
        [0, 0],
      ]);
}
