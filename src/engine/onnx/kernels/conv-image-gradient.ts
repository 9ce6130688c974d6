import { conv, convTranspose } from '../build/linear.ts';
import { reverse, transpose } from '../build/shape.ts';
import type { GraphBuilder } from '../builder.ts';
import type { Value } from '../graph.ts';
import type { Placement } from './window.ts';

/**
 * The gradient of a convolution with respect to its image. At stride 1 it is a convolution with the filter flipped and
 * its channels swapped, which runs as fast as the forward one; else a transposed convolution.
 * @param dy [N, O, out height, out width]
 * @param filter [height, width, I, O]
 * @returns [N, I, H, W]
 */
export function imageGradient(
  g: GraphBuilder,
  dy: Value,
  filter: Value,
  { window, image }: Placement,
): Value {
  const { kernel, strides, dilations, pads } = window;
  const [top, left] = [reach(0) - pads[0], reach(1) - pads[1]];
  const [bottom, right] = [reach(0) - pads[2], reach(1) - pads[3]];
  function reach(axis: 0 | 1): number {
    return (kernel[axis] - 1) * dilations[axis];
  }
  if (strides[0] === 1 && strides[1] === 1 && Math.min(top, left, bottom, right) >= 0) {
    const flipped = transpose(g, reverse(g, filter, [0, 1]), [2, 3, 0, 1]);
    return conv(g, dy, flipped, { ...window, pads: [top, left, bottom, right] }, image);
  }
  return convTranspose(g, dy, transpose(g, filter, [3, 2, 0, 1]), window, image);
}
