import type * as tf from '@tensorflow/tfjs';
import type { GraphBuilder } from '../builder.ts';
import type { Value } from '../graph.ts';
import { type Kernels, kernel } from '../kernel.ts';
import { activate } from './matrix.ts';
import { type ConvAttributes, convPlacement, type Placement } from './window.ts';

// Kernels that an engine has as soon as it can convolve: the convolution alone, and with a bias and an activation.

type Convolve = (g: GraphBuilder, x: Value, filter: Value, attributes: ConvAttributes) => Value;

export function convolutions(convolve: Convolve): Kernels {
  return {
    Conv2D: kernel<'x' | 'filter', tf.Conv2DAttrs>((g, { x, filter }, attributes) =>
      convolve(g, x, filter, attributes),
    ),
    FusedConv2D: kernel<'x' | 'filter' | 'bias', tf.FusedConv2DAttrs>((g, { x, filter, bias }, attributes) =>
      activate(g, convolve(g, x, filter, attributes), bias, attributes.activation),
    ),
  };
}

type ConvolveChannels = (g: GraphBuilder, x: Value, filter: Value, placement: Placement) => Value;

export function depthwiseConvolutions(convolve: ConvolveChannels): Kernels {
  return {
    DepthwiseConv2dNative: kernel<'x' | 'filter', tf.DepthwiseConv2dNativeAttrs>(
      (g, { x, filter }, attributes) =>
        convolve(g, x, filter, convPlacement(x.shape, filter.shape, attributes, true)),
    ),
    FusedDepthwiseConv2D: kernel<'x' | 'filter' | 'bias', tf.FusedDepthwiseConv2DAttrs>(
      (g, { x, filter, bias }, attributes) => {
        const result = convolve(g, x, filter, convPlacement(x.shape, filter.shape, attributes, true));
        return activate(g, result, bias, attributes.activation);
      },
    ),
  };
}
