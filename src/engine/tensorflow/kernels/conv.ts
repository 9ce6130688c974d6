import type * as tf from '@tensorflow/tfjs';
import { at, channelsFirst, channelsLast } from '../../trace/build/shape.ts';
import type { GraphBuilder } from '../../trace/builder.ts';
import type { Value } from '../../trace/graph.ts';
import { type Kernels, kernel } from '../../trace/kernel.ts';
import { convolutions } from '../../trace/kernels/convolution.ts';
import { type ConvAttributes, convPlacement } from '../../trace/kernels/window.ts';
import { integers } from '../integers.ts';
import { dilate, undilate, withoutDilation } from './dilate.ts';
import { cropped, onPadded, padded, windowAttributes } from './padding.ts';

/** The image as NHWC, whatever format TensorFlow.js uses: on a processor TensorFlow knows no other. */
function toLast(g: GraphBuilder, x: Value, { dataFormat }: ConvAttributes): Value {
  return dataFormat === 'NCHW' ? channelsLast(g, x) : x;
}

function fromLast(g: GraphBuilder, x: Value, { dataFormat }: ConvAttributes): Value {
  return dataFormat === 'NCHW' ? channelsFirst(g, x) : x;
}

function convolve(g: GraphBuilder, given: Value, filter: Value, attributes: ConvAttributes): Value {
  const placement = convPlacement(given.shape, filter.shape, attributes);
  const x = toLast(g, given, attributes);
  const plain = withoutDilation(placement);
  const shape = [at(x.shape, 0), ...placement.out, at(filter.shape, 3)];
  const operands = [x, dilate(g, filter, placement.window)];
  return fromLast(g, g.one('Conv2D', operands, windowAttributes(plain), shape, 'float32'), attributes);
}

export const convKernels: Kernels = {
  ...convolutions(convolve),
  Conv2DBackpropInput: kernel<'dy' | 'filter', tf.Conv2DBackpropInputAttrs>(
    (g, { dy, filter }, attributes) => {
      const placement = convPlacement(attributes.inputShape, filter.shape, attributes);
      const plain = withoutDilation(placement);
      const computed = onPadded(plain);
      const shape = [at(dy.shape, 0), ...computed.image, at(filter.shape, 2)];
      const operands = [integers(g, shape), dilate(g, filter, placement.window), toLast(g, dy, attributes)];
      const settings = windowAttributes(computed);
      const dx = g.one('Conv2DBackpropInput', operands, settings, shape, 'float32');
      return fromLast(g, computed === plain ? dx : cropped(g, dx, plain), attributes);
    },
  ),
  Conv2DBackpropFilter: kernel<'x' | 'dy', tf.Conv2DBackpropFilterAttrs>((g, { x, dy }, attributes) => {
    const placement = convPlacement(x.shape, attributes.filterShape, attributes);
    const plain = withoutDilation(placement);
    const computed = onPadded(plain);
    const image = toLast(g, x, attributes);
    const images = computed === plain ? image : padded(g, image, plain.window);
    const shape = [...plain.window.kernel, ...attributes.filterShape.slice(2)];
    const operands = [images, integers(g, shape), toLast(g, dy, attributes)];
    const wide = g.one('Conv2DBackpropFilter', operands, windowAttributes(computed), shape, 'float32');
    return undilate(g, wide, placement.window);
  }),
};
