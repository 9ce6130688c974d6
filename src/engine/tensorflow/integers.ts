import type { GraphBuilder } from '../trace/builder.ts';
import type { Value } from '../trace/graph.ts';

/** Integers as an operand, as TensorFlow takes shapes, axes and permutations. */
export function integers(g: GraphBuilder, values: readonly number[]): Value {
  return g.constant(Int32Array.from(values), [values.length]);
}
