import { at } from '../../trace/build/shape.ts';
import type { GraphBuilder } from '../../trace/builder.ts';
import type { Value } from '../../trace/graph.ts';
import type { Window } from '../../trace/kernels/window.ts';

/** @param x [N, C, H, W]  @param filter [channels out, C / group, kernel height, kernel width]  @param out [H, W] */
export function conv(
  g: GraphBuilder,
  x: Value,
  filter: Value,
  window: Window,
  out: readonly [number, number],
  group = 1,
): Value {
  const { kernel, strides, pads, dilations } = window;
  const attributes = { kernel_shape: kernel, strides, pads, dilations, group };
  return g.one('Conv', [x, filter], attributes, [at(x.shape, 0), at(filter.shape, 0), ...out], x.dtype);
}

/**
 * The adjoint of a convolution with respect to its image.
 * @param dy [N, O, ...]  @param filter [O, C / group, kernel height, kernel width]  @param out [H, W] of the image
 */
export function convTranspose(
  g: GraphBuilder,
  dy: Value,
  filter: Value,
  window: Window,
  out: readonly [number, number],
  group = 1,
): Value {
  const { kernel, strides, pads, dilations } = window;
  const reach = (i: 0 | 1) =>
    (at(dy.shape, i + 2) - 1) * strides[i] + (kernel[i] - 1) * dilations[i] + 1 - pads[i] - at(pads, i + 2);
  const output_padding = [out[0] - reach(0), out[1] - reach(1)];
  const attributes = { kernel_shape: kernel, strides, pads, dilations, group, output_padding };
  const channels = at(filter.shape, 1) * group;
  return g.one('ConvTranspose', [dy, filter], attributes, [at(dy.shape, 0), channels, ...out], dy.dtype);
}
