import type { GraphBuilder } from '../builder.ts';
import type { Value } from '../graph.ts';
import { reshape } from './shape.ts';

/** The shape that is left when axes are reduced. */
export function reducedShape(shape: readonly number[], axes: readonly number[], keep: boolean): number[] {
  return keep
    ? shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent))
    : shape.filter((_, axis) => !axes.includes(axis));
}

/** @param op ReduceSum, ReduceMean, ReduceMax, ReduceMin, ReduceProd, ReduceSumSquare */
export function reduce(g: GraphBuilder, op: string, x: Value, axes: readonly number[], keep: boolean): Value {
  // In ONNX, no axes means all axes.
  if (axes.length === 0) return reshape(g, x, x.shape);
  const sorted = [...axes].sort((a, b) => a - b);
  return g.one(op, [x], { axes: sorted, keepdims: Number(keep) }, reducedShape(x.shape, axes, keep), x.dtype);
}

/** The index of the largest or smallest element along an axis (the first one, if several are equal), as int64. */
export function argReduce(g: GraphBuilder, op: 'ArgMax' | 'ArgMin', x: Value, axis: number): Value {
  return g.one(op, [x], { axis, keepdims: 0 }, reducedShape(x.shape, [axis], false), 'int64');
}
