import type * as tf from '@tensorflow/tfjs';
import { channelsFirst, channelsLast, transpose } from '../../trace/build/shape.ts';
import type { GraphBuilder } from '../../trace/builder.ts';
import type { Value } from '../../trace/graph.ts';
import { type Kernels, kernel } from '../../trace/kernel.ts';
import { convolutions } from '../../trace/kernels/convolution.ts';
import { type ConvAttributes, convPlacement } from '../../trace/kernels/window.ts';
import { conv } from '../build/conv.ts';
import { type ScaledImage, scaleOutputs, takeApart } from './channel-factors.ts';
import { filterGradient } from './conv-filter-gradient.ts';
import { imageGradient } from './conv-image-gradient.ts';

/** The image as NCHW, whatever format TensorFlow.js uses. */
function toFirst(g: GraphBuilder, x: Value, { dataFormat }: ConvAttributes): Value {
  return dataFormat === 'NCHW' ? x : channelsFirst(g, x);
}

function fromFirst(g: GraphBuilder, x: Value, { dataFormat }: ConvAttributes): Value {
  return dataFormat === 'NCHW' ? x : channelsLast(g, x);
}

function convolve(g: GraphBuilder, x: Value, filter: Value, attributes: ConvAttributes): Value {
  const { window, out } = convPlacement(x.shape, filter.shape, attributes);
  // [height, width, in, out] to [out, in, height, width]
  const weights = transpose(g, filter, [3, 2, 0, 1]);
  return fromFirst(g, conv(g, toFirst(g, x, attributes), weights, window, out), attributes);
}

/** The incoming gradient of a convolution, with factors of its channels apart. */
function slopesOf(dy: Value, filter: readonly number[], { dataFormat }: ConvAttributes): ScaledImage {
  return dataFormat === 'NCHW' ? { image: dy } : takeApart(dy, filter);
}

export const convKernels: Kernels = {
  ...convolutions(convolve),
  Conv2DBackpropInput: kernel<'dy' | 'filter', tf.Conv2DBackpropInputAttrs>(
    (g, { dy, filter }, attributes) => {
      const placement = convPlacement(attributes.inputShape, filter.shape, attributes);
      const { image, factors } = slopesOf(dy, filter.shape, attributes);
      const weights = scaleOutputs(g, filter, factors);
      return fromFirst(g, imageGradient(g, toFirst(g, image, attributes), weights, placement), attributes);
    },
  ),
  Conv2DBackpropFilter: kernel<'x' | 'dy', tf.Conv2DBackpropFilterAttrs>((g, { x, dy }, attributes) => {
    const placement = convPlacement(x.shape, attributes.filterShape, attributes);
    const { image, factors } = slopesOf(dy, attributes.filterShape, attributes);
    const gradient = filterGradient(g, toFirst(g, x, attributes), toFirst(g, image, attributes), placement);
    return scaleOutputs(g, gradient, factors);
  }),
};
