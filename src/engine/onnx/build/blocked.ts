import { sizeOf } from '../../host.ts';
import { at, expand, permuted, reshape, transpose } from '../../trace/build/shape.ts';
import type { GraphBuilder } from '../../trace/builder.ts';
import type { Attributes, Value } from '../../trace/graph.ts';
import type { Window } from '../../trace/kernels/window.ts';

// The blocked layout of onnxruntime's fast convolutions: channels are stored in blocks, [N, C / block, H, W, block],
// but the declared shape stays [N, C, H, W].

/** [N, C, H, W] to blocked; C must be a multiple of the block. */
export function toBlocked(g: GraphBuilder, x: Value, block: number): Value {
  if (x.dtype === 'float32') return g.one('ReorderInput', [x], { channels_last: 0 }, x.shape, x.dtype);
  // The operators of onnxruntime exist for float32 only.
  const [batch, channels, height, width] = [at(x.shape, 0), at(x.shape, 1), at(x.shape, 2), at(x.shape, 3)];
  const apart = reshape(g, x, [batch, channels / block, block, height * width]);
  return reshape(g, transpose(g, apart, [0, 1, 3, 2]), x.shape);
}

/** From blocked to [N, channels, H, W]. If the last block was filled up, only the first `channels` are kept. */
export function fromBlocked(g: GraphBuilder, x: Value, channels: number, block: number): Value {
  const shape = x.shape.with(1, channels);
  if (x.dtype !== 'float32') return reshape(g, transpose(g, blocksOf(g, x, block), [0, 1, 3, 2]), shape);
  return g.one('ReorderOutput', [x], { channels, channels_last: 0 }, shape, x.dtype);
}

/** A blocked image with the axes that it really has in memory: [N, C / block, H W, block]. */
export function blocksOf(g: GraphBuilder, x: Value, block: number): Value {
  const [batch, channels, height, width] = [at(x.shape, 0), at(x.shape, 1), at(x.shape, 2), at(x.shape, 3)];
  return reshape(g, x, [batch, channels / block, height * width, block]);
}

/**
 * Reorders a filter [O, I, kernel height, kernel width] for convolutions of blocked images: [O / block, I / block,
 * kernel height, kernel width, block of I, block of O]. The declared shape does not change. If there are fewer input
 * channels than a block, neither the image nor the input channels of the filter are blocked.
 */
export function blockFilter(g: GraphBuilder, filter: Value, block: number): Value {
  const rows = outputsLast(g, filter);
  const [height, width, into, out] = [
    at(rows.shape, 0),
    at(rows.shape, 1),
    at(rows.shape, 2),
    at(rows.shape, 3),
  ];
  const inputs = into < block ? 1 : block;
  const places = height * width;
  // Two steps that move contiguous pieces are several times faster than one step.
  const apart = transpose(g, reshape(g, rows, [places * into, out / block, block]), [1, 0, 2]);
  const pieces = reshape(g, apart, [out / block, places, into / inputs, inputs * block]);
  return reshape(g, transpose(g, pieces, [0, 2, 1, 3]), filter.shape);
}

/**
 * From [O, I, kernel height, kernel width] to [kernel height, kernel width, I, O]; most filters were transposed from
 * this order.
 */
function outputsLast(g: GraphBuilder, filter: Value): Value {
  const { op, inputs, attributes } = filter.node;
  const wanted = [2, 3, 1, 0];
  if (op !== 'Transpose') return transpose(g, filter, wanted);
  const perm = permuted(attributes.perm as readonly number[], wanted);
  const source = at(inputs, 0);
  return perm.every((axis, index) => axis === index) ? source : transpose(g, source, perm);
}

/** What a blocked convolution does in addition: it adds `sum` and `bias`, and then applies the activation. */
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
 * Multiplies each channel of a blocked image by a factor and adds a bias. Written as a convolution, it takes one pass
 * over memory, including its epilogue.
 * @param factors, bias [C]
 */
export function scaleChannels(g: GraphBuilder, x: Value, factors: Value, bias?: Value): Value {
  const [channels, height, width] = [at(x.shape, 1), at(x.shape, 2), at(x.shape, 3)];
  const window = { kernel: [1, 1], strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1] } as const;
  const filter = reshape(g, factors, [channels, 1, 1, 1]);
  const scaled = blockedConv(g, x, filter, window, [height, width], channels);
  return bias ? withEpilogue(g, scaled, { bias }) : scaled;
}

/**
 * Multiplies each channel of each blocked image by a factor of its own, in the same way: the channels of all images
 * become channels of one.
 * @param factors [N C]
 */
export function scaleImages(g: GraphBuilder, x: Value, factors: Value): Value {
  const joined = reshape(g, x, [1, sizeOf(factors.shape), at(x.shape, 2), at(x.shape, 3)]);
  return reshape(g, scaleChannels(g, joined, factors), x.shape);
}

/** The same convolution with another epilogue. */
export function withEpilogue(g: GraphBuilder, conv: Value, { bias, sum, relu = false }: Epilogue): Value {
  const { op, inputs, attributes } = conv.node;
  const [x, filter] = [at(inputs, 0), at(inputs, 1)];
  const operands = [x, filter];
  // Inputs are positional: a sum without a bias needs a bias of zeros before it.
  if (bias ?? sum) operands.push(bias ?? expand(g, g.scalar(0), [at(conv.shape, 1)]));
  if (sum) operands.push(sum);
  const { activation: _, ...others } = attributes;
  const all: Attributes = relu ? { ...others, activation: 'Relu' } : others;
  return g.one(op, operands, all, conv.shape, conv.dtype);
}
