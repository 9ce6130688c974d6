import { sizeOf } from '../../host.ts';
import { mul } from '../../trace/build/elementwise.ts';
import { at } from '../../trace/build/shape.ts';
import type { GraphBuilder } from '../../trace/builder.ts';
import type { Value } from '../../trace/graph.ts';

/** An image times a number for each channel; undefined factors are ones. */
export interface ScaledImage {
  /** [N, H, W, C] */
  readonly image: Value;
  /** [C] */
  readonly factors?: Value;
}

/**
 * Takes apart an incoming gradient that was multiplied by a factor for each channel, as batch normalisation does it.
 * The gradients of the convolution can then multiply the filter or its gradient instead of the image, which saves a
 * pass over the image. If filters are larger than images, as in the last layers, nothing is taken apart.
 * @param dy [N, H, W, C]
 * @param filter shape of the filter
 */
export function takeApart(dy: Value, filter: readonly number[]): ScaledImage {
  const [image, factors] = dy.node.inputs;
  const isScaled = dy.node.op === 'Mul' && image?.shape.length === 4 && factors?.shape.length === 1;
  if (!isScaled || factors.shape[0] !== at(dy.shape, 3) || image.shape[3] !== at(dy.shape, 3))
    return { image: dy };
  // Both gradients multiply as many numbers as a filter has.
  return sizeOf(image.shape) > 2 * sizeOf(filter) ? { image, factors } : { image: dy };
}

/** Multiplies the output channels of a filter [height, width, I, O] by factors [O]. */
export function scaleOutputs(g: GraphBuilder, filter: Value, factors: Value | undefined): Value {
  return factors ? mul(g, filter, factors) : filter;
}
