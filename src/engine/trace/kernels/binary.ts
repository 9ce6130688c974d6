import {
  add,
  cast,
  compare,
  div,
  elementwise,
  matchTypes,
  mul,
  not,
  sub,
  where,
} from '../build/elementwise.ts';
import { at } from '../build/shape.ts';
import type { GraphBuilder } from '../builder.ts';
import type { Value } from '../graph.ts';
import { type Kernels, kernel, type Lowering, listKernel } from '../kernel.ts';

type AB = 'a' | 'b';

/** An arithmetic operator. Booleans are computed as whole numbers; TensorFlow.js declares the result as boolean. */
function arithmetic(lower: (g: GraphBuilder, a: Value, b: Value) => Value): Lowering {
  return kernel<AB>((g, inputs) => {
    const [a, b] = pair(g, inputs);
    if (a.dtype !== 'bool') return lower(g, a, b);
    return cast(g, lower(g, cast(g, a, 'int32'), cast(g, b, 'int32')), 'bool');
  });
}

/** A comparison. ONNX cannot order booleans. */
function comparison(op: string): Lowering {
  return kernel<AB>((g, inputs) => {
    const [a, b] = pair(g, inputs);
    if (a.dtype !== 'bool') return compare(g, op, a, b);
    return compare(g, op, cast(g, a, 'int32'), cast(g, b, 'int32'));
  });
}

function logical(op: string): Lowering {
  return kernel<AB>((g, { a, b }) => elementwise(g, op, [cast(g, a, 'bool'), cast(g, b, 'bool')], 'bool'));
}

function pair(g: GraphBuilder, { a, b }: Readonly<Record<AB, Value>>): [Value, Value] {
  const [left, right] = matchTypes(g, a, b);
  return [left ?? a, right ?? b];
}

/** Quotient rounded down, computed in double precision, which is exact for int32. */
function floorDiv(g: GraphBuilder, a: Value, b: Value): Value {
  const wide = a.dtype === 'int32' ? 'float64' : a.dtype;
  const quotient = div(g, cast(g, a, wide), cast(g, b, wide));
  return cast(g, elementwise(g, 'Floor', [quotient]), 'int32');
}

/** Remainder with the sign of the divisor. */
function mod(g: GraphBuilder, a: Value, b: Value): Value {
  if (a.dtype === 'int32') return elementwise(g, 'Mod', [a, b], a.dtype, { fmod: 0 });
  const fmod = (x: Value) => elementwise(g, 'Mod', [x, b], x.dtype, { fmod: 1 });
  const remainder = fmod(a);
  const zero = g.scalar(0);
  const sameSign = compare(g, 'Equal', compare(g, 'Less', a, zero), compare(g, 'Less', b, zero));
  return where(g, sameSign, remainder, fmod(add(g, remainder, b)));
}

function squaredDifference(g: GraphBuilder, a: Value, b: Value): Value {
  const difference = sub(g, a, b);
  return mul(g, difference, difference);
}

export const binaryKernels: Kernels = {
  Add: arithmetic(add),
  AddN: listKernel((g, values) => values.slice(1).reduce((sum, value) => add(g, sum, value), at(values, 0))),
  Sub: arithmetic(sub),
  Multiply: arithmetic(mul),
  RealDiv: kernel<AB>((g, { a, b }) => div(g, cast(g, a, 'float32'), cast(g, b, 'float32'))),
  FloorDiv: arithmetic(floorDiv),
  Maximum: arithmetic((g, a, b) => elementwise(g, 'Max', [a, b])),
  Minimum: arithmetic((g, a, b) => elementwise(g, 'Min', [a, b])),
  Mod: arithmetic(mod),
  Pow: arithmetic((g, a, b) => elementwise(g, 'Pow', [a, b])),
  SquaredDifference: arithmetic(squaredDifference),

  Equal: comparison('Equal'),
  NotEqual: kernel<AB>((g, inputs) => not(g, compare(g, 'Equal', ...pair(g, inputs)))),
  Greater: comparison('Greater'),
  GreaterEqual: comparison('GreaterOrEqual'),
  Less: comparison('Less'),
  LessEqual: comparison('LessOrEqual'),

  LogicalAnd: logical('And'),
  LogicalOr: logical('Or'),
  LogicalXor: logical('Xor'),

  Select: kernel<'condition' | 't' | 'e'>((g, { condition, t, e }) => {
    const [then = t, otherwise = e] = matchTypes(g, t, e);
    return where(g, cast(g, condition, 'bool'), then, otherwise);
  }),
};
