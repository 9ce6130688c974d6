import { sizeOf } from '../../host.ts';
import { FUSED, FUSED_GRADIENT } from '../../ops/fused-batch-norm.ts';
import { mul } from '../../trace/build/elementwise.ts';
import { at } from '../../trace/build/shape.ts';
import type { GraphBuilder } from '../../trace/builder.ts';
import type { Value } from '../../trace/graph.ts';
import { type Kernels, kernel } from '../../trace/kernel.ts';

interface Attributes {
  readonly epsilon: number;
}

const float32 = (shape: readonly number[]) => ({ shape, dtype: 'float32' as const });

function settings({ epsilon }: Attributes) {
  return { epsilon: { float: epsilon }, is_training: true, data_format: 'NHWC' };
}

/** @returns y, mean, unbiased variance, and three values that the gradient wants */
function normalise(
  g: GraphBuilder,
  { x, gamma, beta }: Readonly<Record<'x' | 'gamma' | 'beta', Value>>,
  attributes: Attributes,
): readonly Value[] {
  // Running statistics, of which TensorFlow would compute the next: we have it start anew.
  const nothing = g.constant(new Float32Array(0), [0]);
  const outputs = [x.shape, gamma.shape, gamma.shape, gamma.shape, gamma.shape, [0]].map(float32);
  return g.node('FusedBatchNormV3', [x, gamma, beta, nothing, nothing], settings(attributes), outputs)
    .outputs;
}

export const batchNormKernels: Kernels = {
  [FUSED]: kernel<'x' | 'gamma' | 'beta', Attributes>((g, inputs, attributes) => {
    const results = normalise(g, inputs, attributes);
    const count = sizeOf(inputs.x.shape) / sizeOf(inputs.gamma.shape);
    const variance = mul(g, at(results, 2), g.scalar(Math.max(count - 1, 1) / count));
    return [at(results, 0), at(results, 1), variance];
  }),
  [FUSED_GRADIENT]: kernel<'dy' | 'x' | 'gamma' | 'beta', Attributes>((g, { dy, ...inputs }, attributes) => {
    const { x, gamma } = inputs;
    const kept = normalise(g, inputs, attributes).slice(3);
    const outputs = [x.shape, gamma.shape, gamma.shape, [0], [0]].map(float32);
    const operands = [dy, x, gamma, ...kept];
    return g.node('FusedBatchNormGradV3', operands, settings(attributes), outputs).outputs.slice(0, 3);
  }),
};
