import * as tf from '@tensorflow/tfjs';
import { cast, compare, elementwise, where } from '../build/elementwise.ts';
import { matMul } from '../build/mat-mul.ts';
import { at, expand, reshape, rows, transpose } from '../build/shape.ts';
import type { GraphBuilder } from '../builder.ts';
import type { Value } from '../graph.ts';
import { type Kernels, kernel, Unsupported } from '../kernel.ts';

/** True where an index equals its position along a new last axis of extent `depth`. */
function isPlace(g: GraphBuilder, indices: Value, depth: number): Value {
  const places = g.constant(
    Int32Array.from({ length: depth }, (_, place) => place),
    [depth],
  );
  return compare(g, 'Equal', reshape(g, indices, [...indices.shape, 1]), places);
}

export const gatherKernels: Kernels = {
  Cumsum: kernel<'x', tf.CumsumAttrs>((g, { x }, { axis, exclusive, reverse }) => {
    const numbers = x.dtype === 'bool' ? cast(g, x, 'int32') : x;
    const [dimension = 0] = tf.util.parseAxisParam(axis, [...x.shape]);
    const attributes = { axis: dimension, exclusive: Number(exclusive), reverse: Number(reverse) };
    return elementwise(g, 'CumSum', [numbers], numbers.dtype, attributes);
  }),
  GatherNd: kernel<'params' | 'indices'>((g, { params, indices }) => {
    const depth = at(indices.shape, indices.shape.length - 1);
    const shape = [...indices.shape.slice(0, -1), ...params.shape.slice(depth)];
    return g.one('GatherND', [params, cast(g, indices, 'int64')], {}, shape, params.dtype);
  }),
  GatherV2: kernel<'x' | 'indices', tf.GatherV2Attrs>((g, { x, indices }, { axis, batchDims }) => {
    if (batchDims !== undefined && batchDims !== 0) throw new Unsupported('with batchDims');
    const [dimension = 0] = tf.util.parseAxisParam(axis ?? 0, [...x.shape]);
    const shape = x.shape.toSpliced(dimension, 1, ...indices.shape);
    return g.one('Gather', [x, cast(g, indices, 'int32')], { axis: dimension }, shape, x.dtype);
  }),
  // Not ONNX's OneHot: it counts negative indices from the end, but in TensorFlow.js they are off everywhere.
  OneHot: kernel<'indices', tf.OneHotAttrs>((g, { indices }, { depth, onValue, offValue, dtype }) => {
    const place = isPlace(g, indices, depth);
    const type = dtype === 'float32' ? 'float32' : 'int32';
    const chosen = where(g, place, g.scalar(onValue, type), g.scalar(offValue, type));
    return dtype === 'bool' ? cast(g, chosen, 'bool') : chosen;
  }),
  ScatterNd: kernel<'indices' | 'updates', tf.ScatterNdAttrs>((g, { indices, updates }, { shape }) => {
    const zeros = expand(g, g.scalar(0, updates.dtype), shape);
    const operands = [zeros, cast(g, indices, 'int64'), updates];
    return g.one('ScatterND', operands, { reduction: 'add' }, shape, updates.dtype);
  }),
  TopK: kernel<'x', tf.TopKAttrs>((g, { x }, { k, sorted }) => {
    const shape = x.shape.with(-1, k);
    const attributes = { k, axis: -1, largest: 1, sorted: Number(sorted) };
    const [values, places] = g.node('TopK', [x], attributes, [
      { shape, dtype: x.dtype },
      { shape, dtype: 'int64' },
    ]).outputs;
    if (!values || !places) throw new Error('TopK has two outputs');
    return [values, cast(g, places, 'int32')];
  }),
  // A matrix product with the one-hot segments, because it sums in a fixed order.
  UnsortedSegmentSum: kernel<'x' | 'segmentIds', tf.UnsortedSegmentSumAttrs>(
    (g, { x, segmentIds }, { numSegments }) => {
      if (segmentIds.shape.length !== 1) throw new Unsupported('over more than one axis');
      const chosen = cast(g, isPlace(g, segmentIds, numSegments), 'float32');
      const sums = matMul(g, transpose(g, chosen, [1, 0]), rows(g, cast(g, x, 'float32')));
      const shape = [numSegments, ...x.shape.slice(1)];
      return cast(g, reshape(g, sums, shape), x.dtype);
    },
  ),
};
