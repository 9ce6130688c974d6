import type { GraphBuilder } from '../builder.ts';
import type { Value } from '../graph.ts';
import { broadcastShape } from './elementwise.ts';
import { at } from './shape.ts';

/** Matrix product over the last two axes, optionally with transposed operands; the axes before them are broadcast. */
export function matMul(g: GraphBuilder, a: Value, b: Value, transposeA = false, transposeB = false): Value {
  const [m, n] = [a.shape.at(transposeA ? -1 : -2) ?? 1, b.shape.at(transposeB ? -2 : -1) ?? 1];
  const shape = [...broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2)), m, n];
  if (!transposeA && !transposeB) return g.one('MatMul', [a, b], {}, shape, a.dtype);
  const attributes = { transA: Number(transposeA), transB: Number(transposeB) };
  // Not Gemm: onnxruntime reorders a transposed Gemm, which would undo what the pass `steady` did.
  return g.one('FusedMatMul', [a, b], attributes, shape, a.dtype);
}

/** How a window moves over an image: `pads` are top, left, bottom, right. */
export interface Window {
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly pads: readonly [number, number, number, number];
  readonly dilations: readonly [number, number];
}

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
