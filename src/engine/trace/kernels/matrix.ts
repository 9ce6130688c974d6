import type * as tf from '@tensorflow/tfjs';
import { add } from '../build/elementwise.ts';
import { matMul } from '../build/mat-mul.ts';
import type { GraphBuilder } from '../builder.ts';
import type { Value } from '../graph.ts';
import { type Kernels, kernel, Unsupported } from '../kernel.ts';
import { unaryKernels } from './unary.ts';

/** The kernel for each activation that a fused kernel can name. */
const ACTIVATIONS: Readonly<Record<string, string>> = {
  elu: 'Elu',
  relu: 'Relu',
  relu6: 'Relu6',
  sigmoid: 'Sigmoid',
};

/** Applies the bias and then the activation of a fused kernel. */
export function activate(
  g: GraphBuilder,
  x: Value,
  bias: Value | undefined,
  activation: string = 'linear',
): Value {
  const sum = bias ? add(g, x, bias) : x;
  if (activation === 'linear') return sum;
  const lower = unaryKernels[ACTIVATIONS[activation] ?? ''];
  if (lower === undefined) throw new Unsupported(`with activation ${activation}`);
  return [lower(g, { x: sum }, {})].flat()[0] ?? sum;
}

export const matrixKernels: Kernels = {
  BatchMatMul: kernel<'a' | 'b', tf.BatchMatMulAttrs>((g, { a, b }, { transposeA, transposeB }) =>
    matMul(g, a, b, transposeA, transposeB),
  ),
  _FusedMatMul: kernel<'a' | 'b' | 'bias', tf._FusedMatMulAttrs>((g, { a, b, bias }, attributes) => {
    const product = matMul(g, a, b, attributes.transposeA, attributes.transposeB);
    return activate(g, product, bias, attributes.activation);
  }),
};
