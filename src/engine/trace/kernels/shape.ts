import * as tf from '@tensorflow/tfjs';
import { sizeOf } from '../../host.ts';
import { cast } from '../build/elementwise.ts';
import {
  at,
  type Cut,
  concat,
  expand,
  pad,
  reshape,
  reverse,
  slice,
  tile,
  transpose,
} from '../build/shape.ts';
import type { GraphBuilder } from '../builder.ts';
import type { Value } from '../graph.ts';
import { type Kernels, kernel, listKernel, Unsupported } from '../kernel.ts';

function parts(g: GraphBuilder, x: Value, axis: number, sizes: readonly number[]): readonly Value[] {
  if (sizes.length === 1) return [x];
  const outputs = sizes.map((size) => ({ shape: x.shape.with(axis, size), dtype: x.dtype }));
  return g.node('Split', [x], { split: sizes, axis }, outputs).outputs;
}

function without(shape: readonly number[], axis: number): number[] {
  return shape.filter((_, index) => index !== axis);
}

/** TensorFlow's SYMMETRIC padding, which repeats the edge; ONNX has only reflection without repeating it. */
function symmetricPad(g: GraphBuilder, x: Value, paddings: readonly (readonly [number, number])[]): Value {
  return paddings.reduce((value, [before, after], axis) => {
    const extent = at(value.shape, axis);
    const mirrored = (start: number, size: number) =>
      reverse(g, slice(g, value, [{ axis, start, size }]), [axis]);
    const pieces = [
      ...(before > 0 ? [mirrored(0, before)] : []),
      value,
      ...(after > 0 ? [mirrored(extent - after, after)] : []),
    ];
    return pieces.length === 1 ? value : concat(g, pieces, axis);
  }, x);
}

function stridedSlice(g: GraphBuilder, x: Value, attributes: tf.StridedSliceAttrs): Value {
  const { begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } = attributes;
  const info = tf.slice_util.sliceInfo(
    [...x.shape],
    begin,
    end,
    strides,
    beginMask,
    endMask,
    ellipsisMask,
    newAxisMask,
    shrinkAxisMask,
  );
  if (info.isIdentity) return reshape(g, x, info.finalShape);
  const extents = tf.slice_util.computeOutShape(info.begin, info.end, info.strides);
  const cuts: Cut[] = info.begin.map((start, axis) => ({
    axis,
    start,
    size: at(extents, axis),
    step: at(info.strides, axis),
  }));
  return reshape(g, slice(g, x, cuts), info.finalShape);
}

export const shapeKernels: Kernels = {
  BroadcastTo: kernel<'x', tf.BroadCastToAttrs>((g, { x }, { shape }) => expand(g, x, shape)),
  Cast: kernel<'x', tf.CastAttrs>((g, { x }, { dtype }) => {
    if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return cast(g, x, dtype);
    throw new Unsupported(`to ${dtype}`);
  }),
  Concat: listKernel<tf.ConcatAttrs>((g, values, { axis }) => {
    const filled = values.filter(({ shape }) => sizeOf(shape) > 0);
    const [only = at(values, 0)] = filled;
    const [dimension = 0] = tf.util.parseAxisParam(axis, [...only.shape]);
    return filled.length > 1 ? concat(g, filled, dimension) : only;
  }),
  ExpandDims: kernel<'input', tf.ExpandDimsAttrs>((g, { input }, { dim }) => {
    const axis = dim < 0 ? dim + input.shape.length + 1 : dim;
    return reshape(g, input, input.shape.toSpliced(axis, 0, 1));
  }),
  Identity: kernel<'x'>((_, { x }) => x),
  MirrorPad: kernel<'x', tf.MirrorPadAttrs>((g, { x }, { paddings, mode }) =>
    mode === 'reflect' ? pad(g, x, paddings, undefined, 'reflect') : symmetricPad(g, x, paddings),
  ),
  Pack: listKernel<tf.PackAttrs>((g, values, { axis }) =>
    concat(
      g,
      values.map((value) => reshape(g, value, value.shape.toSpliced(axis, 0, 1))),
      axis,
    ),
  ),
  PadV2: kernel<'x', tf.PadV2Attrs>((g, { x }, { paddings, constantValue }) => {
    // ONNX cannot pad booleans.
    const numbers = x.dtype === 'bool' ? cast(g, x, 'int32') : x;
    const value = constantValue === 0 ? undefined : g.scalar(constantValue, numbers.dtype);
    return cast(g, pad(g, numbers, paddings, value), x.dtype);
  }),
  Reshape: kernel<'x', tf.ReshapeAttrs>((g, { x }, { shape }) =>
    reshape(g, x, tf.util.inferFromImplicitShape(shape, sizeOf(x.shape))),
  ),
  Reverse: kernel<'x', tf.ReverseAttrs>((g, { x }, { dims }) =>
    reverse(g, x, tf.util.parseAxisParam(dims, [...x.shape])),
  ),
  Slice: kernel<'x', tf.SliceAttrs>((g, { x }, { begin, size }) => {
    const [starts, sizes] = sliceParameters(x, begin, size);
    return slice(
      g,
      x,
      starts.map((start, axis) => ({ axis, start, size: at(sizes, axis) })),
    );
  }),
  SplitV: kernel<'x', tf.SplitVAttrs>((g, { x }, { numOrSizeSplits, axis }) => {
    const [dimension = 0] = tf.util.parseAxisParam(axis, [...x.shape]);
    const extent = at(x.shape, dimension);
    if (typeof numOrSizeSplits === 'number') {
      const size = extent / numOrSizeSplits;
      return parts(
        g,
        x,
        dimension,
        Array.from({ length: numOrSizeSplits }, () => size),
      );
    }
    const given = numOrSizeSplits.reduce((sum, size) => sum + Math.max(size, 0), 0);
    const sizes = numOrSizeSplits.map((size) => (size < 0 ? extent - given : size));
    return parts(g, x, dimension, sizes);
  }),
  StridedSlice: kernel<'x', tf.StridedSliceAttrs>((g, { x }, attributes) => stridedSlice(g, x, attributes)),
  Tile: kernel<'x', tf.TileAttrs>((g, { x }, { reps }) => tile(g, x, reps)),
  Transpose: kernel<'x', tf.TransposeAttrs>((g, { x }, { perm }) => transpose(g, x, perm)),
  Unpack: kernel<'value', tf.UnpackAttrs>((g, { value }, { axis }) => {
    const [dimension = 0] = tf.util.parseAxisParam(axis, [...value.shape]);
    const ones = Array.from({ length: at(value.shape, dimension) }, () => 1);
    return parts(g, value, dimension, ones).map((part) => reshape(g, part, without(value.shape, dimension)));
  }),
};

function sliceParameters(
  x: Value,
  begin: number | number[],
  size: number | number[],
): readonly [readonly number[], readonly number[]] {
  const pick = (given: number | number[], axis: number, rest: number) =>
    (typeof given === 'number' ? (axis === 0 ? given : undefined) : given[axis]) ?? rest;
  const starts = x.shape.map((_, axis) => pick(begin, axis, 0));
  // A size of -1, or no size, means up to the end.
  const sizes = x.shape.map((extent, axis) => {
    const asked = pick(size, axis, -1);
    return asked < 0 ? extent - at(starts, axis) : asked;
  });
  return [starts, sizes];
}
