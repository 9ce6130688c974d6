import { sizeOf } from '../host.ts';
import type { Value } from './graph.ts';

/** What a TensorFlow.js kernel was given, by name, and the first of its results. */
interface Call {
  readonly inputs: Readonly<Record<string, Value>>;
  readonly attributes: { readonly filterShape?: readonly number[]; readonly transposeA?: boolean };
  readonly result: Value;
}

/**
 * Floating point operations of a kernel, by its closed form: 2 for each multiplication with its addition. Convolutions,
 * matrix products and their gradients count, with the zeros of a padding as numbers like others; all else is 0.
 * It is the same however the kernel is lowered to a graph.
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

/** How many numbers of the image one number of a convolution's result is the sum of. @param filter [height, width, C, …] */
function places(filter: readonly number[] = [], axes: 2 | 3): number {
  return sizeOf(filter.slice(0, axes));
}
