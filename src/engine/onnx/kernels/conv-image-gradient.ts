import { at, reshape, take, transpose } from '../../trace/build/shape.ts';
import type { GraphBuilder } from '../../trace/builder.ts';
import type { Value } from '../../trace/graph.ts';
import type { Placement } from '../../trace/kernels/window.ts';
import { conv, convTranspose } from '../build/conv.ts';
import { inPhases } from './conv-phases.ts';

/**
 * The gradient of a convolution with respect to its image. At stride 1 it is a convolution with the flipped filter
 * and swapped channels, which is as fast as the forward one. At stride 2 it is computed in phases (`conv-phases.ts`),
 * otherwise by a transposed convolution.
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

/** Rotates a filter by 180°. Moving whole positions is faster than a slice with negative steps. */
function flip(g: GraphBuilder, filter: Value): Value {
  const [height, width, ...others] = [
    at(filter.shape, 0),
    at(filter.shape, 1),
    at(filter.shape, 2),
    at(filter.shape, 3),
  ];
  const backwards = Array.from({ length: height * width }, (_, place) => height * width - 1 - place);
  if (backwards.length === 1) return filter;
  const places = reshape(g, filter, [height * width, ...others]);
  return reshape(g, take(g, places, 0, backwards), filter.shape);
}
