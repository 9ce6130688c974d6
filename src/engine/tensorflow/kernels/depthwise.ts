import type * as tf from '@tensorflow/tfjs';
import { at } from '../../trace/build/shape.ts';
import type { GraphBuilder } from '../../trace/builder.ts';
import type { Value } from '../../trace/graph.ts';
import { type Kernels, kernel, Unsupported } from '../../trace/kernel.ts';
import { depthwiseConvolutions } from '../../trace/kernels/convolution.ts';
import { convPlacement, type Placement } from '../../trace/kernels/window.ts';
import { integers } from '../integers.ts';
import { dilate, undilate, withoutDilation } from './dilate.ts';
import { windowAttributes } from './padding.ts';

function depthwise(g: GraphBuilder, x: Value, filter: Value, placement: Placement): Value {
  const shape = [at(x.shape, 0), ...placement.out, at(filter.shape, 2) * at(filter.shape, 3)];
  const operands = [x, dilate(g, filter, placement.window)];
  return g.one('DepthwiseConv2dNative', operands, settingsOf(placement), shape, 'float32');
}

export function depthwiseImageGradient(
  g: GraphBuilder,
  dy: Value,
  filter: Value,
  placement: Placement,
): Value {
  const shape = [at(dy.shape, 0), ...placement.image, at(filter.shape, 2)];
  const operands = [integers(g, shape), dilate(g, filter, placement.window), dy];
  return g.one('DepthwiseConv2dNativeBackpropInput', operands, settingsOf(placement), shape, 'float32');
}

function settingsOf(placement: Placement) {
  const [down, right] = placement.window.strides;
  if (down !== right) throw new Unsupported('with two different strides');
  return windowAttributes(withoutDilation(placement));
}

export const depthwiseKernels: Kernels = {
  ...depthwiseConvolutions(depthwise),
  DepthwiseConv2dNativeBackpropInput: kernel<'dy' | 'filter', tf.DepthwiseConv2dNativeBackpropInputAttrs>(
    (g, { dy, filter }, attributes) =>
      depthwiseImageGradient(
        g,
        dy,
        filter,
        convPlacement(attributes.inputShape, filter.shape, attributes, true),
      ),
  ),
  DepthwiseConv2dNativeBackpropFilter: kernel<'x' | 'dy', tf.DepthwiseConv2dNativeBackpropFilterAttrs>(
    (g, { x, dy }, attributes) => {
      const placement = convPlacement(x.shape, attributes.filterShape, attributes, true);
      const shape = [...withoutDilation(placement).window.kernel, ...attributes.filterShape.slice(2)];
      const operands = [x, integers(g, shape), dy];
      const op = 'DepthwiseConv2dNativeBackpropFilter';
      const wide = g.one(op, operands, settingsOf(placement), shape, 'float32');
      return undilate(g, wide, placement.window);
    },
  ),
};
