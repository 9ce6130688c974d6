import * as tf from '@tensorflow/tfjs';
import { cast } from '../build/elementwise.ts';
import { argReduce, reduce } from '../build/reduce.ts';
import { at } from '../build/shape.ts';
import type { Value } from '../graph.ts';
import { type Kernels, kernel, type Lowering } from '../kernel.ts';

interface ReduceAttributes {
  readonly axis?: number | number[];
  /** The name that TensorFlow.js uses for the axes of `max`. */
  readonly reductionIndices?: number | number[];
  readonly keepDims?: boolean;
}

/** @param type type to compute in; default: the type of the input */
function reduction(op: string, type?: (x: Value) => 'float32' | 'int32'): Lowering {
  return kernel<'x', ReduceAttributes>((g, { x }, attributes) => {
    const operand = type ? cast(g, x, type(x)) : x;
    return reduce(g, op, operand, axesOf(x, attributes), attributes.keepDims ?? false);
  });
}

/** `any` and `all`. ONNX cannot reduce booleans. */
function logical(op: string): Lowering {
  return kernel<'x', ReduceAttributes>((g, { x }, attributes) => {
    const counted = reduce(g, op, cast(g, x, 'int32'), axesOf(x, attributes), attributes.keepDims ?? false);
    return cast(g, counted, 'bool');
  });
}

function place(op: 'ArgMax' | 'ArgMin'): Lowering {
  return kernel<'x', ReduceAttributes>((g, { x }, attributes) => {
    const numbers = x.dtype === 'bool' ? cast(g, x, 'int32') : x;
    return cast(g, argReduce(g, op, numbers, at(axesOf(x, attributes), 0)), 'int32');
  });
}

function axesOf(x: Value, { axis, reductionIndices }: ReduceAttributes): number[] {
  // Without axes TensorFlow.js means all of them.
  const axes = axis ?? reductionIndices ?? x.shape.map((_, index) => index);
  return tf.util.parseAxisParam(axes, [...x.shape]);
}

const countable = (x: Value) => (x.dtype === 'float32' ? 'float32' : 'int32');

export const reduceKernels: Kernels = {
  Sum: reduction('ReduceSum', countable),
  Mean: reduction('ReduceMean', () => 'float32'),
  Max: reduction('ReduceMax'),
  Min: reduction('ReduceMin'),
  Prod: reduction('ReduceProd', countable),
  All: logical('ReduceMin'),
  Any: logical('ReduceMax'),
  ArgMax: place('ArgMax'),
  ArgMin: place('ArgMin'),
};
