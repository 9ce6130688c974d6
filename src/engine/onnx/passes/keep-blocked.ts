import { sameShape, sizeOf } from '../../host.ts';
import { elementwise } from '../../trace/build/elementwise.ts';
import { reduce } from '../../trace/build/reduce.ts';
import { at, expand, pad, reshape, transpose } from '../../trace/build/shape.ts';
import { first, GraphBuilder } from '../../trace/builder.ts';
import { type Graph, liveNodes, type Node, type Value } from '../../trace/graph.ts';
import type { Window } from '../../trace/kernels/window.ts';
import { ELEMENTWISE } from '../../trace/passes/elementwise-operators.ts';
import { copy } from '../../trace/passes/rebuild.ts';
import {
  blockedConv,
  blockFilter,
  blocksOf,
  fromBlocked,
  scaleChannels,
  scaleImages,
  toBlocked,
} from '../build/blocked.ts';

/**
 * Stores images in blocks of channels, the layout of onnxruntime's fastest convolutions. onnxruntime does this itself
 * only if filters are constants, and returns to the plain layout for all but a few operators. Here filters can be
 * computed, and elementwise operators and sums also work on blocks.
 * @param block channels in a block, as the processor's convolutions require
 */
export function keepBlocked(graph: Graph, block: number): Graph {
  const layout = new Layout(block);
  for (const node of liveNodes(Object.values(graph.outputs))) layout.visit(node);
  const outputs = Object.entries(graph.outputs).map(([name, value]) => [name, layout.plain(value)]);
  return { outputs: Object.fromEntries(outputs) };
}

class Layout {
  readonly #g = new GraphBuilder();
  readonly #block: number;
  /** New values for old ones, [N, C, H, W] where they are images. */
  readonly #plain = new Map<Value, Value>();
  /** New values for old images, blocked. */
  readonly #blocked = new Map<Value, Value>();

  constructor(block: number) {
    this.#block = block;
  }

  plain(old: Value): Value {
    const known = this.#plain.get(old);
    if (known !== undefined) return known;
    const image = this.#blocked.get(old);
    if (image === undefined) throw new Error(`a ${old.node.op} came before its input`);
    const value = fromBlocked(this.#g, image, at(old.shape, 1), this.#block);
    this.#plain.set(old, value);
    return value;
  }

  visit(node: Node): void {
    const value = this.#follow(node);
    if (value !== undefined) {
      this.#blocked.set(first(node), value);
      return;
    }
    const values =
      this.#reduction(node) ??
      copy(
        node,
        node.inputs.map((input) => this.plain(input)),
        this.#g,
      );
    node.outputs.forEach((output, index) => {
      this.#plain.set(output, at(values, index));
    });
  }

  #toBlocked(old: Value): Value {
    const known = this.#blocked.get(old);
    if (known !== undefined) return known;
    const value = toBlocked(this.#g, this.plain(old), this.#block);
    this.#blocked.set(old, value);
    return value;
  }

  /** Computes a node on blocked images. @returns undefined if it cannot */
  #follow(node: Node): Value | undefined {
    if (node.op === 'Conv') return this.#convolution(node);
    if (node.op === 'DepthToSpace') return this.#depthToSpace(node);
    if (node.op === 'Concat' || node.op === 'Pad') return this.#moreChannels(node);
    return ELEMENTWISE.has(node.op) ? this.#elementwise(node) : undefined;
  }

  #convolution(node: Node): Value | undefined {
    const [x, filter] = [at(node.inputs, 0), at(node.inputs, 1)];
    const [outputs, inputs] = [at(filter.shape, 0), at(filter.shape, 1)];
    const few = inputs < this.#block;
    if (node.attributes.group !== 1 || !(few || this.#divides(inputs))) return undefined;
    const rest = outputs % this.#block;
    // Filling up the last block of channels is worth it only if the input is already blocked.
    if (rest !== 0 && !this.#blocked.has(x)) return undefined;
    const g = this.#g;
    const weights = rest === 0 ? this.plain(filter) : padOutputs(g, this.plain(filter), this.#block - rest);
    const image = few ? this.plain(x) : this.#toBlocked(x);
    const [height, width] = [at(first(node).shape, 2), at(first(node).shape, 3)];
    const blocked = blockFilter(g, weights, this.#block);
    // A Conv has the attributes of a window.
    const { kernel_shape, strides, pads, dilations } = node.attributes;
    const window = { kernel: kernel_shape, strides, pads, dilations } as unknown as Window;
    return blockedConv(g, image, blocked, window, [height, width]);
  }

  /** Concatenation or padding along the channels, as long as whole blocks are added. */
  #moreChannels(node: Node): Value | undefined {
    const { shape } = first(node);
    const images = node.inputs.filter((input) => input.shape.length === 4);
    if (shape.length !== 4 || !images.every((image) => this.#isWhole(image))) return undefined;
    const { axis, pads, mode } = node.attributes;
    const padded = Array.isArray(pads) && mode === 'constant' ? pads : [];
    const elsewhere = padded.filter((count, index) => count !== 0 && index !== 5);
    if (axis !== 1 && (padded.length === 0 || elsewhere.length > 0)) return undefined;
    if (!this.#divides(at(shape, 1))) return undefined;
    const inputs = node.inputs.map((input) => this.#blocked.get(input) ?? this.plain(input));
    return first(this.#g.node(node.op, inputs, node.attributes, node.outputs));
  }

  /** Blocks are moved in the same way as single channels. */
  #depthToSpace(node: Node): Value | undefined {
    const image = this.#blocked.get(at(node.inputs, 0));
    const { shape } = first(node);
    const [batch, channels, height, width] = [at(shape, 0), at(shape, 1), at(shape, 2), at(shape, 3)];
    if (!image || !this.#divides(channels)) return undefined;
    const g = this.#g;
    const blocks = channels / this.#block;
    const apart = reshape(g, image, [batch, 2, 2, blocks, height / 2, width / 2, this.#block]);
    return reshape(g, transpose(g, apart, [0, 3, 4, 1, 5, 2, 6]), shape);
  }

  #elementwise(node: Node): Value | undefined {
    const { shape, dtype } = first(node);
    const images = node.inputs.filter((input) => this.#blocked.has(input) && sameShape(input.shape, shape));
    if (images.length === 0 || !this.#divides(at(shape, 1))) return undefined;
    const others = node.inputs.filter((input) => !images.includes(input));
    const copied = others.filter((input) => sameShape(input.shape, shape));
    if (copied.length > images.length) return undefined;
    const scaled = this.#scale(node);
    if (scaled) return scaled;
    const g = this.#g;
    if (others.every((other) => sizeOf(other.shape) === 1 || copied.includes(other))) {
      const operands = node.inputs.map((input) =>
        sizeOf(input.shape) === 1 ? this.plain(input) : this.#toBlocked(input),
      );
      return g.one(node.op, operands, node.attributes, shape, dtype);
    }
    const operands = node.inputs.map((input) => this.#besideBlocks(input, shape));
    if (!operands.every((operand) => operand !== undefined)) return undefined;
    return reshape(g, elementwise(g, node.op, operands, dtype, node.attributes), shape);
  }

  /** A value in a shape that broadcasts to [N, C / block, H W, block]; undefined if there is none. */
  #besideBlocks(old: Value, shape: readonly number[]): Value | undefined {
    const g = this.#g;
    if (sizeOf(old.shape) === 1) return this.plain(old);
    if (sameShape(old.shape, shape)) return blocksOf(g, this.#toBlocked(old), this.#block);
    const [batch = 1, channels = 1, height = 1, width = 1] = withRank4(old.shape);
    const positions = height * width;
    if (positions !== 1 && positions !== at(shape, 2) * at(shape, 3)) return undefined;
    if (channels === 1) return reshape(g, this.plain(old), [batch, 1, positions, 1]);
    if (positions !== 1) return undefined;
    return reshape(g, this.plain(old), [batch, channels / this.#block, 1, this.#block]);
  }

  /** An image times a number for each channel, or plus or minus one; or times a number for each channel and image. */
  #scale(node: Node): Value | undefined {
    const [a, b] = node.inputs;
    if (!['Add', 'Sub', 'Mul'].includes(node.op) || !a || !b) return undefined;
    if (this.#blocked.has(a)) return this.#scaleBy(node.op, a, b);
    return node.op === 'Sub' ? undefined : this.#scaleBy(node.op, b, a);
  }

  #scaleBy(op: string, image: Value, channels: Value): Value | undefined {
    const [batch = 1, count = 1] = withRank4(channels.shape);
    const x = this.#blocked.get(image);
    if (!x || count !== at(x.shape, 1)) return undefined;
    const g = this.#g;
    const isForEach = batch === x.shape[0] && sizeOf(channels.shape) === batch * count;
    if (isForEach && batch > 1 && op === 'Mul')
      return scaleImages(g, x, reshape(g, this.plain(channels), [batch * count]));
    if (sizeOf(channels.shape) !== count) return undefined;
    const vector = reshape(g, this.plain(channels), [count]);
    if (op === 'Mul') return scaleChannels(g, x, vector);
    const ones = expand(g, g.scalar(1), [count]);
    return scaleChannels(g, x, ones, op === 'Add' ? vector : elementwise(g, 'Neg', [vector]));
  }

  /** Sums and means of blocked images: over their positions, over all but the channels, or of each image. */
  #reduction(node: Node): readonly Value[] | undefined {
    const [x] = node.inputs;
    const image = x && this.#blocked.get(x);
    const axes = node.attributes.axes;
    // Channels that only fill up a block must not be part of the result.
    if (!x || !image || !this.#isWhole(x)) return undefined;
    if (!Array.isArray(axes) || !['ReduceSum', 'ReduceMean'].includes(node.op)) return undefined;
    const g = this.#g;
    const { shape } = first(node);
    const [batch, channels] = [at(x.shape, 0), at(x.shape, 1)];
    switch (axes.join()) {
      case '2,3':
      case '0,2,3': {
        const blocks = reduce(g, node.op, blocksOf(g, image, this.#block), [2], false);
        const rows = reshape(g, blocks, [batch, channels]);
        return [reshape(g, axes.length === 2 ? rows : reduce(g, node.op, rows, [0], false), shape)];
      }
      case '1,2,3':
      case '0,1,2,3': {
        const rows = reshape(g, image, [batch, sizeOf(x.shape) / batch]);
        return [reshape(g, reduce(g, node.op, rows, axes.length === 3 ? [1] : [0, 1], false), shape)];
      }
      default:
        return undefined;
    }
  }

  /** Whether an image is blocked, and no channels were added to fill up its last block. */
  #isWhole(image: Value): boolean {
    return this.#blocked.has(image) && this.#divides(at(image.shape, 1));
  }

  #divides(channels: number): boolean {
    return channels % this.#block === 0;
  }
}

function withRank4(shape: readonly number[]): number[] {
  return [...Array.from({ length: 4 - shape.length }, () => 1), ...shape];
}

/** Adds output channels of zeros. */
function padOutputs(g: GraphBuilder, filter: Value, count: number): Value {
  return pad(g, filter, [
    [0, count],
    [0, 0],
    [0, 0],
    [0, 0],
  ]);
}
