import type * as tf from '@tensorflow/tfjs';
import { sizeOf } from '../../host.ts';
import { mul } from '../../trace/build/elementwise.ts';
import { at, expand } from '../../trace/build/shape.ts';
import type { GraphBuilder } from '../../trace/builder.ts';
import type { Value } from '../../trace/graph.ts';
import { type Kernels, kernel } from '../../trace/kernel.ts';
import { type Placement, poolPlacement, type Window } from '../../trace/kernels/window.ts';
import { depthwiseImageGradient } from './depthwise.ts';
import { cropped, padded } from './padding.ts';

// TensorFlow's pools have no explicit padding that all of their kernels know, so images are padded before.

function settingsOf({ kernel, strides }: Window) {
  return { ksize: [1, ...kernel, 1], strides: [1, ...strides, 1], padding: 'VALID', data_format: 'NHWC' };
}

function pool(g: GraphBuilder, op: 'AvgPool' | 'MaxPool', x: Value, { window, out }: Placement): Value {
  return g.one(op, [x], settingsOf(window), [at(x.shape, 0), ...out, at(x.shape, 3)], 'float32');
}

/** Images with a padding that is never the largest of a window. */
function paddedLow(g: GraphBuilder, x: Value, window: Window): Value {
  return padded(g, x, window, g.constant(Float32Array.of(Number.NEGATIVE_INFINITY), []));
}

/** For each position, the size of its window over the number of elements of the image in it: [1, out, out, 1]. */
function share(g: GraphBuilder, { window, image, out }: Placement): Value {
  const { kernel, strides, pads } = window;
  const inside = (axis: 0 | 1) =>
    Array.from({ length: out[axis] }, (_, place) => {
      const start = place * strides[axis] - pads[axis];
      return Math.min(start + kernel[axis], image[axis]) - Math.max(start, 0);
    });
  const [rows, columns] = [inside(0), inside(1)];
  const shares = rows.flatMap((row) => columns.map((column) => (kernel[0] * kernel[1]) / (row * column)));
  return g.constant(Float32Array.from(shares), [1, ...out, 1]);
}

export const poolKernels: Kernels = {
  AvgPool: kernel<'x', tf.AvgPoolAttrs>((g, { x }, attributes) => {
    const placement = poolPlacement(x.shape, attributes);
    const mean = pool(g, 'AvgPool', padded(g, x, placement.window), placement);
    return placement.window.pads.some((size) => size > 0) ? mul(g, mean, share(g, placement)) : mean;
  }),
  MaxPool: kernel<'x', tf.MaxPoolAttrs>((g, { x }, attributes) => {
    const placement = poolPlacement(x.shape, attributes);
    return pool(g, 'MaxPool', paddedLow(g, x, placement.window), placement);
  }),
  // As TensorFlow.js defines it: each dy is spread evenly over its window, including the padding.
  AvgPoolGrad: kernel<'dy' | 'input', tf.AvgPoolGradAttrs>((g, { dy, input }, attributes) => {
    const placement = poolPlacement(input.shape, attributes);
    const { kernel } = placement.window;
    const filter = expand(g, g.scalar(1 / sizeOf(kernel)), [...kernel, at(input.shape, 3), 1]);
    return depthwiseImageGradient(g, dy, filter, placement);
  }),
  MaxPoolGrad: kernel<'dy' | 'input', tf.MaxPoolGradAttrs>((g, { dy, input }, attributes) => {
    const placement = poolPlacement(input.shape, attributes);
    const { window } = placement;
    const images = paddedLow(g, input, window);
    const maxima = pool(g, 'MaxPool', images, placement);
    const dx = g.one('MaxPoolGrad', [images, maxima, dy], settingsOf(window), images.shape, 'float32');
    return cropped(g, dx, placement);
  }),
};
