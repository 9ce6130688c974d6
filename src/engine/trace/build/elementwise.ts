import type { GraphBuilder } from '../builder.ts';
import type { Attributes, DType, Value } from '../graph.ts';

/** The broadcast shape of several shapes, by the rules of NumPy. */
export function broadcastShape(...shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    const extents = shapes.map((shape) => shape[shape.length - rank + axis] ?? 1);
    return extents.find((extent) => extent !== 1) ?? 1;
  });
}

/** Applies an operator to each element, with broadcasting. */
export function elementwise(
  g: GraphBuilder,
  op: string,
  inputs: readonly Value[],
  dtype: DType = inputs[0]?.dtype ?? 'float32',
  attributes: Attributes = {},
): Value {
  return g.one(op, inputs, attributes, broadcastShape(...inputs.map(({ shape }) => shape)), dtype);
}

export function add(g: GraphBuilder, a: Value, b: Value): Value {
  return elementwise(g, 'Add', [a, b]);
}

export function sub(g: GraphBuilder, a: Value, b: Value): Value {
  return elementwise(g, 'Sub', [a, b]);
}

export function mul(g: GraphBuilder, a: Value, b: Value): Value {
  return elementwise(g, 'Mul', [a, b]);
}

export function div(g: GraphBuilder, a: Value, b: Value): Value {
  return elementwise(g, 'Div', [a, b]);
}

/** @param op Equal, Less, LessOrEqual, Greater or GreaterOrEqual */
export function compare(g: GraphBuilder, op: string, a: Value, b: Value): Value {
  return elementwise(g, op, [a, b], 'bool');
}

export function where(g: GraphBuilder, condition: Value, then: Value, otherwise: Value): Value {
  return elementwise(g, 'Where', [condition, then, otherwise], then.dtype);
}

export function not(g: GraphBuilder, x: Value): Value {
  return elementwise(g, 'Not', [x], 'bool');
}

/**
 * Casts to another type. Real numbers are truncated towards zero to whole numbers; everything but zero becomes true.
 */
export function cast(g: GraphBuilder, x: Value, dtype: DType): Value {
  return x.dtype === dtype ? x : elementwise(g, 'Cast', [x], dtype, { to: dtype });
}

const RANK: Readonly<Record<DType, number>> = { bool: 0, int32: 1, int64: 2, float32: 3, float64: 4 };

/** Casts all values to the widest of their types. */
export function matchTypes(g: GraphBuilder, ...values: readonly Value[]): Value[] {
  const widest = values.reduce<DType>((w, { dtype }) => (RANK[dtype] > RANK[w] ? dtype : w), 'bool');
  return values.map((value) => cast(g, value, widest));
}
