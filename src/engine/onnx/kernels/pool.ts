import type * as tf from '@tensorflow/tfjs';
import { sizeOf } from '../../host.ts';
import { at, channelsFirst, channelsLast, expand, reshape } from '../../trace/build/shape.ts';
import type { GraphBuilder } from '../../trace/builder.ts';
import type { DType, Node, Value } from '../../trace/graph.ts';
import { type Kernels, kernel } from '../../trace/kernel.ts';
import { type Placement, poolPlacement } from '../../trace/kernels/window.ts';
import { convTranspose } from '../build/conv.ts';

/** A pool over NCHW, with one output for each given type. */
function pool(
  g: GraphBuilder,
  op: 'AveragePool' | 'MaxPool',
  x: Value,
  { window, out }: Placement,
  types: readonly DType[],
): Node {
  const { kernel, strides, pads } = window;
  const shape = [at(x.shape, 0), at(x.shape, 1), ...out];
  const attributes = { kernel_shape: kernel, strides, pads };
  return g.node(
    op,
    [x],
    attributes,
    types.map((dtype) => ({ shape, dtype })),
  );
}

/**
 * The gradient of a max pool: dy is added at the position of the first maximum of its window.
 * @param x [N, C, H, W]
 * @param dy [N, C, ...]
 */
function maxPoolGradient(g: GraphBuilder, x: Value, dy: Value, placement: Placement): Value {
  // The indices count over the whole tensor.
  const places = at(pool(g, 'MaxPool', x, placement, ['float32', 'int64']).outputs, 1);
  const [size, count] = [sizeOf(x.shape), sizeOf(dy.shape)];
  const operands = [expand(g, g.scalar(0), [size]), reshape(g, places, [count]), reshape(g, dy, [count])];
  const sums = g.one('ScatterElements', operands, { axis: 0, reduction: 'add' }, [size], 'float32');
  return reshape(g, sums, x.shape);
}

/**
 * The gradient of an average pool as TensorFlow.js defines it: each dy is spread evenly over its window, including
 * the padding.
 */
function averagePoolGradient(g: GraphBuilder, dy: Value, { window, image }: Placement): Value {
  const channels = at(dy.shape, 1);
  const [height, width] = window.kernel;
  const filter = expand(g, g.scalar(1 / (height * width)), [channels, 1, height, width]);
  return convTranspose(g, dy, filter, window, image, channels);
}

export const poolKernels: Kernels = {
  AvgPool: kernel<'x', tf.AvgPoolAttrs>((g, { x }, attributes) => {
    const placement = poolPlacement(x.shape, attributes);
    const { outputs } = pool(g, 'AveragePool', channelsFirst(g, x), placement, ['float32']);
    return channelsLast(g, at(outputs, 0));
  }),
  MaxPool: kernel<'x', tf.MaxPoolAttrs>((g, { x }, attributes) => {
    const placement = poolPlacement(x.shape, attributes);
    const { outputs } = pool(g, 'MaxPool', channelsFirst(g, x), placement, ['float32']);
    return channelsLast(g, at(outputs, 0));
  }),
  AvgPoolGrad: kernel<'dy' | 'input', tf.AvgPoolGradAttrs>((g, { dy, input }, attributes) => {
    const placement = poolPlacement(input.shape, attributes);
    return channelsLast(g, averagePoolGradient(g, channelsFirst(g, dy), placement));
  }),
  MaxPoolGrad: kernel<'dy' | 'input' | 'output', tf.MaxPoolGradAttrs>((g, { dy, input }, attributes) => {
    const placement = poolPlacement(input.shape, attributes);
    return channelsLast(g, maxPoolGradient(g, channelsFirst(g, input), channelsFirst(g, dy), placement));
  }),
};
