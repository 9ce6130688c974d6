import type { GraphBuilder } from '../builder.ts';
import type { Attributes, Value } from '../graph.ts';
import type { Window } from './linear.ts';
import { at, expand, reshape, transpose } from './shape.ts';

// onnxruntime's layout for convolutions: channels in blocks, [N, C / block, H, W, block], under the shape [N, C, H, W].

/** [N, C, H, W] to blocked; C must be a multiple of the block. */
export function toBlocked(g: GraphBuilder, x: Value): Value {
  return g.one('ReorderInput', [x], { channels_last: 0 }, x.shape, x.dtype);
}

/** Blocked to [N, channels, H, W]: the first of the channels, where the last block was filled up. */
export function fromBlocked(g: GraphBuilder, x: Value, channels: number): Value {
  const shape = x.shape.with(1, channels);
  return g.one('ReorderOutput', [x], { channels, channels_last: 0 }, shape, x.dtype);
}

/** A blocked image with the axes that it has in memory: [N, C / block, H W, block]. */
export function blocksOf(g: GraphBuilder, x: Value, block: number): Value {
  const [batch, channels, height, width] = [at(x.shape, 0), at(x.shape, 1), at(x.shape, 2), at(x.shape, 3)];
  return reshape(g, x, [batch, channels / block, height * width, block]);
}

/**
 * A filter [O, I, kernel height, kernel width] in the order that convolutions of blocked images want:
 * [O / block, I / block, kernel height, kernel width, block of I, block of O], under the shape that it had. With fewer
 * input channels than a block the image is not blocked, and neither are the filter's input channels.
 */
export function blockFilter(g: GraphBuilder, filter: Value, block: number): Value {
  // A filter that comes out of a transposition is transposed once and not twice.
  const transposed = filter.node.op === 'Transpose';
  const source = transposed ? at(filter.node.inputs, 0) : filter;
  const perm = transposed ? (filter.node.attributes.perm as readonly number[]) : [0, 1, 2, 3];
  const inputs = at(filter.shape, 1) < block ? 1 : block;
  const extents: number[] = [];
  const places: number[][] = [];
  for (const [axis, extent] of source.shape.entries()) {
    const part = axis === perm[0] ? block : axis === perm[1] ? inputs : 1;
    places.push([extents.length, extents.length + 1]);
    extents.push(extent / part, part);
  }
  const [out = [], into = [], rows = [], columns = []] = perm.map((axis) => at(places, axis));
  const order = [at(out, 0), at(into, 0), ...rows, ...columns, at(into, 1), at(out, 1)];
  return reshape(g, transpose(g, reshape(g, source, extents), order), filter.shape);
}

/** What a convolution of blocked images does besides: `sum` and `bias` are added, then comes the activation. */
export interface Epilogue {
  /** [O] */
  readonly bias?: Value | undefined;
  /** Blocked, of the shape of the result. */
  readonly sum?: Value | undefined;
  readonly relu?: boolean;
}

/** @param filter as `blockFilter` gives it  @param out [H, W] */
export function blockedConv(
  g: GraphBuilder,
  x: Value,
  filter: Value,
  { kernel, strides, pads, dilations }: Window,
  out: readonly [number, number],
  group = 1,
): Value {
  const attributes = { kernel_shape: kernel, strides, pads, dilations, group, auto_pad: 'NOTSET' };
  const shape = [at(x.shape, 0), at(filter.shape, 0), ...out];
  return g.one('BlockedConv', [x, filter], attributes, shape, x.dtype);
}

/**
 * Each channel of a blocked image times a number of its own, plus another: as a convolution it takes one pass, with
 * all that its epilogue adds.
 * @param factors, bias [C]
 */
export function scaleChannels(g: GraphBuilder, x: Value, factors: Value, bias?: Value): Value {
  const [channels, height, width] = [at(x.shape, 1), at(x.shape, 2), at(x.shape, 3)];
  const window = { kernel: [1, 1], strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1] } as const;
  const filter = reshape(g, factors, [channels, 1, 1, 1]);
  const scaled = blockedConv(g, x, filter, window, [height, width], channels);
  return bias ? withEpilogue(g, scaled, { bias }) : scaled;
}

/** The same convolution with another epilogue. */
export function withEpilogue(g: GraphBuilder, conv: Value, { bias, sum, relu = false }: Epilogue): Value {
  const { op, inputs, attributes } = conv.node;
  const [x, filter] = [at(inputs, 0), at(inputs, 1)];
  const operands = [x, filter];
  // Inputs have their places: without a bias there is one of zeros before a sum.
  if (bias ?? sum) operands.push(bias ?? expand(g, g.scalar(0), [at(conv.shape, 1)]));
  if (sum) operands.push(sum);
  const { activation: _, ...others } = attributes;
  const all: Attributes = relu ? { ...others, activation: 'Relu' } : others;
  return g.one(op, operands, all, conv.shape, conv.dtype);
}
