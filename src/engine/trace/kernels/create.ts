import type * as tf from '@tensorflow/tfjs';
import { cast } from '../build/elementwise.ts';
import { expand } from '../build/shape.ts';
import type { GraphBuilder } from '../builder.ts';
import type { Value } from '../graph.ts';
import { type Kernels, kernel } from '../kernel.ts';

function filled(g: GraphBuilder, shape: readonly number[], value: number, dtype: string): Value {
  const scalar = g.scalar(value, dtype === 'float32' ? 'float32' : 'int32');
  return expand(g, dtype === 'bool' ? cast(g, scalar, 'bool') : scalar, shape);
}

/** Kernels whose values are known during tracing. */
export const createKernels: Kernels = {
  Fill: kernel<never, tf.FillAttrs>((g, _, { shape, value, dtype }) =>
    filled(g, shape, Number(value), dtype ?? 'float32'),
  ),
  OnesLike: kernel<'x'>((g, { x }) => filled(g, x.shape, 1, x.dtype)),
  ZerosLike: kernel<'x'>((g, { x }) => filled(g, x.shape, 0, x.dtype)),
  Range: kernel<never, tf.RangeAttrs>((g, _, { start, stop, step, dtype }) => {
    const length = Math.max(0, Math.ceil((stop - start) / step));
    // Like TensorFlow.js: repeated addition in double precision.
    const values: number[] = [];
    for (let value = start; values.length < length; value += step) values.push(value);
    return g.constant(dtype === 'int32' ? Int32Array.from(values) : Float32Array.from(values), [length]);
  }),
  LinSpace: kernel<never, tf.LinSpaceAttrs>((g, _, { start, stop, num }) => {
    const step = (stop - start) / (num - 1);
    const values = Float32Array.from({ length: num }, (_, index) => start + index * step);
    return g.constant(values, [num]);
  }),
};
