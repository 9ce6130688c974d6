import type * as tf from '@tensorflow/tfjs';
import { mul } from '../../trace/build/elementwise.ts';
import { reduce } from '../../trace/build/reduce.ts';
import {
  at,
  channelsFirst,
  channelsLast,
  concat,
  pad,
  reshape,
  slice,
  transpose,
} from '../../trace/build/shape.ts';
import type { GraphBuilder } from '../../trace/builder.ts';
import type { Value } from '../../trace/graph.ts';
import { type Kernels, kernel } from '../../trace/kernel.ts';
import { depthwiseConvolutions } from '../../trace/kernels/convolution.ts';
import { convPlacement, type Placement } from '../../trace/kernels/window.ts';
import { conv, convTranspose } from '../build/conv.ts';

/** [height, width, C, M] to [C M, 1, height, width]. */
function grouped(g: GraphBuilder, filter: Value): Value {
  const [height, width, channels, multiplier] = filter.shape;
  const swapped = transpose(g, filter, [2, 3, 0, 1]);
  return reshape(g, swapped, [(channels ?? 1) * (multiplier ?? 1), 1, height ?? 1, width ?? 1]);
}

function depthwise(g: GraphBuilder, x: Value, filter: Value, { window, out }: Placement): Value {
  const result = conv(g, channelsFirst(g, x), grouped(g, filter), window, out, at(x.shape, 3));
  return channelsLast(g, result);
}

/** @param x, dy NHWC; result channel c M + m comes of image channel c  @returns [height, width, C, M] */
function filterGradient(g: GraphBuilder, x: Value, dy: Value, { window, out }: Placement): Value {
  const [batch, channels, multiplier] = [at(x.shape, 0), at(x.shape, 3), at(dy.shape, 3) / at(x.shape, 3)];
  const [top, left, bottom, right] = window.pads;
  const images = pad(g, channelsFirst(g, x), [
    [0, 0],
    [0, 0],
    [top, bottom],
    [left, right],
  ]);
  const slopes = reshape(g, channelsFirst(g, dy), [batch, channels, multiplier, ...out]);
  const [height, width] = window.kernel;
  const sums = Array.from({ length: height * width }, (_, place) => {
    const view = slice(g, images, [
      {
        axis: 2,
        start: Math.floor(place / width) * window.dilations[0],
        size: out[0],
        step: window.strides[0],
      },
      { axis: 3, start: (place % width) * window.dilations[1], size: out[1], step: window.strides[1] },
    ]);
    const product = mul(g, slopes, reshape(g, view, [batch, channels, 1, ...out]));
    return reshape(g, reduce(g, 'ReduceSum', product, [0, 3, 4], false), [1, channels, multiplier]);
  });
  return reshape(g, concat(g, sums, 0), [height, width, channels, multiplier]);
}

export const depthwiseKernels: Kernels = {
  ...depthwiseConvolutions(depthwise),
  DepthwiseConv2dNativeBackpropInput: kernel<'dy' | 'filter', tf.DepthwiseConv2dNativeBackpropInputAttrs>(
    (g, { dy, filter }, attributes) => {
      const { window, image } = convPlacement(attributes.inputShape, filter.shape, attributes, true);
      const channels = at(filter.shape, 2);
      const dx = convTranspose(g, channelsFirst(g, dy), grouped(g, filter), window, image, channels);
      return channelsLast(g, dx);
    },
  ),
  DepthwiseConv2dNativeBackpropFilter: kernel<'x' | 'dy', tf.DepthwiseConv2dNativeBackpropFilterAttrs>(
    (g, { x, dy }, attributes) =>
      filterGradient(g, x, dy, convPlacement(x.shape, attributes.filterShape, attributes, true)),
  ),
};
