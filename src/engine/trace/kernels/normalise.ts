import type * as tf from '@tensorflow/tfjs';
import { add, elementwise, mul, sub } from '../build/elementwise.ts';
import { at, channelsFirst, channelsLast, expand, reshape } from '../build/shape.ts';
import type { GraphBuilder } from '../builder.ts';
import type { Value } from '../graph.ts';
import { type Kernels, kernel } from '../kernel.ts';

type BatchNormInputs = 'x' | 'scale' | 'offset' | 'mean' | 'variance';

/** Batch normalisation with given statistics: one operator if they are per channel, otherwise the formula. */
function batchNorm(
  g: GraphBuilder,
  { x, scale, offset, mean, variance }: Readonly<Record<BatchNormInputs, Value | undefined>>,
  epsilon: number,
): Value {
  if (!x || !mean || !variance) throw new Error('batch normalisation without statistics');
  const channels = x.shape.at(-1) ?? 1;
  const parameters = [scale ?? g.scalar(1), offset ?? g.scalar(0), mean, variance];
  const perChannel = parameters.every(
    ({ shape }) => shape.length <= 1 && (shape[0] === channels || shape.length === 0),
  );
  if (perChannel && (x.shape.length === 4 || x.shape.length === 2)) {
    const vectors = parameters.map((value) => expand(g, value, [channels]));
    const image = x.shape.length === 4 ? channelsFirst(g, x) : x;
    const attributes = { epsilon: { float: epsilon } };
    const result = g.one('BatchNormalization', [image, ...vectors], attributes, image.shape, 'float32');
    return x.shape.length === 4 ? channelsLast(g, result) : result;
  }
  const deviation = elementwise(g, 'Sqrt', [add(g, variance, g.scalar(epsilon))]);
  const factor = elementwise(g, 'Div', [at(parameters, 0), deviation]);
  return add(g, mul(g, sub(g, x, mean), factor), at(parameters, 1));
}

export const normaliseKernels: Kernels = {
  FusedBatchNorm: kernel<BatchNormInputs, tf.FusedBatchNormAttrs>((g, inputs, { varianceEpsilon }) =>
    batchNorm(g, inputs, varianceEpsilon ?? 0.001),
  ),
  LogSoftmax: kernel<'logits', tf.LogSoftmaxAttrs>((g, { logits }, { axis }) =>
    elementwise(g, 'LogSoftmax', [logits], 'float32', { axis: axis ?? -1 }),
  ),
  Softmax: kernel<'logits', tf.SoftmaxAttrs>((g, { logits }, { dim }) => {
    // TensorFlow.js treats a vector or a scalar as one row; ONNX has no axis for a scalar.
    const row = logits.shape.length === 0 ? reshape(g, logits, [1]) : logits;
    const result = elementwise(g, 'Softmax', [row], 'float32', { axis: dim ?? -1 });
    return logits.shape.length === 0 ? reshape(g, result, []) : result;
  }),
};
