import { sizeOf } from '../host.ts';
import type { Value } from './graph.ts';

/** The inputs and attributes of a TensorFlow.js kernel, and the first of its results. */
interface Call {
  readonly inputs: Readonly<Record<string, Value>>;
  readonly attributes: { readonly filterShape?: readonly number[]; readonly transposeA?: boolean };
  readonly result: Value;
}

/**
 * Floating point operations of a kernel, by a closed formula: 2 for each multiplication with its addition. Only
 * convolutions, matrix products and their gradients count; zeros of a padding count like other numbers. The result
 * does not depend on how the kernel is translated to ONNX.
 */
export function flopsOf(kernelName: string, { inputs, attributes, result }: Call): number {
  const { a, dy, filter } = inputs;
  switch (kernelName) {
    case 'Conv2D':
    case 'FusedConv2D':
      return 2 * sizeOf(result.shape) * places(filter?.shape, 3);
    case 'Conv2DBackpropInput':
      return 2 * sizeOf(dy?.shape ?? []) * places(filter?.shape, 3);
    case 'Conv2DBackpropFilter':
      return 2 * sizeOf(dy?.shape ?? []) * places(attributes.filterShape, 3);
    case 'DepthwiseConv2dNative':
    case 'FusedDepthwiseConv2D':
      return 2 * sizeOf(result.shape) * places(filter?.shape, 2);
    case 'DepthwiseConv2dNativeBackpropInput':
      return 2 * sizeOf(dy?.shape ?? []) * places(filter?.shape, 2);
    case 'DepthwiseConv2dNativeBackpropFilter':
      return 2 * sizeOf(dy?.shape ?? []) * places(attributes.filterShape, 2);
    case 'BatchMatMul':
    case '_FusedMatMul':
      return 2 * sizeOf(result.shape) * (a?.shape.at(attributes.transposeA ? -2 : -1) ?? 0);
    default:
      return 0;
  }
}

/**
 * How many numbers of the image are summed for one number of the result of a convolution.
 * @param filter [height, width, C, …]
 */
function places(filter: readonly number[] = [], axes: 2 | 3): number {
  return sizeOf(filter.slice(0, axes));
}
