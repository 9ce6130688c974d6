import type { ClipByValueAttrs, LeakyReluAttrs, StepAttrs } from '@tensorflow/tfjs';
import { add, cast, compare, div, elementwise, mul, not, sub, where } from '../build/elementwise.ts';
import type { GraphBuilder } from '../builder.ts';
import type { Value } from '../graph.ts';
import { type Kernels, kernel, type Lowering } from '../kernel.ts';

type X = 'x';

/** One ONNX operator on real numbers. */
function real(op: string): Lowering {
  return kernel<X>((g, { x }) => elementwise(g, op, [cast(g, x, 'float32')]));
}

/** One ONNX operator that keeps the type, real or whole. */
function numeric(op: string): Lowering {
  return kernel<X>((g, { x }) => elementwise(g, op, [x.dtype === 'bool' ? cast(g, x, 'int32') : x]));
}

/** A rounding operator; whole numbers do not change. */
function rounding(op: string): Lowering {
  return kernel<X>((g, { x }) => (x.dtype === 'float32' ? elementwise(g, op, [x]) : x));
}

function clip(g: GraphBuilder, x: Value, low: number, high: number): Value {
  return elementwise(g, 'Clip', [x, g.scalar(low, x.dtype), g.scalar(high, x.dtype)]);
}

function abs(g: GraphBuilder, x: Value): Value {
  return elementwise(g, 'Abs', [x]);
}

/** exp(x) - 1, without cancellation near 0: there 2 tanh(x/2) / (1 - tanh(x/2)). */
function expm1(g: GraphBuilder, x: Value): Value {
  const t = elementwise(g, 'Tanh', [mul(g, x, g.scalar(0.5))]);
  const near = div(g, mul(g, t, g.scalar(2)), sub(g, g.scalar(1), t));
  const far = sub(g, elementwise(g, 'Exp', [x]), g.scalar(1));
  return where(g, compare(g, 'Less', abs(g, x), g.scalar(0.5)), near, far);
}

/** log(1 + x), accurate for small x: with u = 1 + x rounded, it is log(u) x / (u - 1) (Kahan). */
function log1p(g: GraphBuilder, x: Value): Value {
  const u = add(g, x, g.scalar(1));
  const change = sub(g, u, g.scalar(1));
  const log = elementwise(g, 'Log', [u]);
  const exact = mul(g, log, div(g, x, change));
  const simple = where(g, elementwise(g, 'IsInf', [u], 'bool'), log, exact);
  return where(g, compare(g, 'Equal', change, g.scalar(0)), x, simple);
}

export const unaryKernels: Kernels = {
  Abs: numeric('Abs'),
  Acos: real('Acos'),
  Acosh: real('Acosh'),
  Asin: real('Asin'),
  Asinh: real('Asinh'),
  Atan: real('Atan'),
  Atanh: real('Atanh'),
  Ceil: rounding('Ceil'),
  Cos: real('Cos'),
  Cosh: real('Cosh'),
  Elu: real('Elu'),
  Erf: real('Erf'),
  Exp: real('Exp'),
  Floor: rounding('Floor'),
  IsInf: kernel<X>((g, { x }) => elementwise(g, 'IsInf', [cast(g, x, 'float32')], 'bool')),
  IsNan: kernel<X>((g, { x }) => elementwise(g, 'IsNaN', [cast(g, x, 'float32')], 'bool')),
  Log: real('Log'),
  Neg: numeric('Neg'),
  Reciprocal: real('Reciprocal'),
  Round: rounding('Round'),
  Selu: real('Selu'),
  Sigmoid: real('Sigmoid'),
  Sign: numeric('Sign'),
  Sin: real('Sin'),
  Sinh: real('Sinh'),
  Sqrt: real('Sqrt'),
  Tan: real('Tan'),
  Tanh: real('Tanh'),

  ClipByValue: kernel<X, ClipByValueAttrs>((g, { x }, { clipValueMin, clipValueMax }) =>
    clip(g, x, clipValueMin, clipValueMax),
  ),
  EluGrad: kernel<'dy' | 'y'>((g, { dy, y }) =>
    where(g, compare(g, 'GreaterOrEqual', y, g.scalar(0)), dy, mul(g, dy, add(g, y, g.scalar(1)))),
  ),
  Expm1: kernel<X>((g, { x }) => expm1(g, cast(g, x, 'float32'))),
  IsFinite: kernel<X>((g, { x }) =>
    compare(g, 'Less', abs(g, cast(g, x, 'float32')), g.scalar(Number.POSITIVE_INFINITY)),
  ),
  LeakyRelu: kernel<X, LeakyReluAttrs>((g, { x }, { alpha }) =>
    elementwise(g, 'LeakyRelu', [cast(g, x, 'float32')], 'float32', { alpha: { float: alpha } }),
  ),
  Log1p: kernel<X>((g, { x }) => log1p(g, cast(g, x, 'float32'))),
  LogicalNot: kernel<X>((g, { x }) => not(g, x)),
  Prelu: kernel<'x' | 'alpha'>((g, { x, alpha }) =>
    where(g, compare(g, 'GreaterOrEqual', x, g.scalar(0)), x, mul(g, x, alpha)),
  ),
  Relu: kernel<X>((g, { x }) =>
    x.dtype === 'float32'
      ? elementwise(g, 'Relu', [x])
      : elementwise(g, 'Max', [cast(g, x, 'int32'), g.scalar(0, 'int32')]),
  ),
  Relu6: kernel<X>((g, { x }) => clip(g, x.dtype === 'bool' ? cast(g, x, 'int32') : x, 0, 6)),
  Rsqrt: kernel<X>((g, { x }) =>
    elementwise(g, 'Reciprocal', [elementwise(g, 'Sqrt', [cast(g, x, 'float32')])]),
  ),
  // log(1 + exp(x)), in the form in which exp does not overflow.
  Softplus: kernel<X>((g, { x }) => {
    const real = cast(g, x, 'float32');
    const tail = log1p(g, elementwise(g, 'Exp', [elementwise(g, 'Neg', [abs(g, real)])]));
    return add(g, elementwise(g, 'Max', [real, g.scalar(0)]), tail);
  }),
  Square: kernel<X>((g, { x }) => mul(g, x, x)),
  Step: kernel<X, StepAttrs>((g, { x }, { alpha }) => {
    const real = cast(g, x, 'float32');
    const positive = compare(g, 'Greater', real, g.scalar(0));
    return alpha === 0 ? cast(g, positive, 'float32') : where(g, positive, g.scalar(1), g.scalar(alpha));
  }),
};
