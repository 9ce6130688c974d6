import { sizeOf } from '../../host.ts';
import { elementwise } from '../../trace/build/elementwise.ts';
import { at, reshape, unshaped } from '../../trace/build/shape.ts';
import type { GraphBuilder } from '../../trace/builder.ts';
import type { Graph, Node, Value } from '../../trace/graph.ts';
import { countReaders } from '../../trace/passes/readers.ts';
import { rebuild } from '../../trace/passes/rebuild.ts';
import { blockedConv } from '../build/blocked.ts';

/**
 * Computes the sums over positions of a product of two blocked images as one convolution without padding: one image
 * is convolved with the other as its filter, each channel of each image by itself. This reads both images once. A
 * product and a sum would write and read another image in between.
 */
export function dotProducts(graph: Graph, block: number): Graph {
  const readers = countReaders(graph);
  return rebuild(graph, (node, [x], g) => {
    const isSum = node.op === 'ReduceSum';
    if (!x || !(isSum || node.op === 'ReduceMean') || !isOverPositions(node, x, block)) return undefined;
    // If something else reads the product, it is computed anyway.
    const before = unshaped(at(node.inputs, 0));
    if (readers.get(at(node.inputs, 0)) !== 1 || readers.get(before) !== 1) return undefined;
    const sums = sumOfProduct(g, unshaped(x), x.shape);
    if (sums === undefined || isSum) return sums && [sums];
    return [elementwise(g, 'Div', [sums, g.scalar(at(x.shape, 2))])];
  });
}

/** Whether a reduction is over the positions of [N, C / block, positions, block], without keeping the axis. */
function isOverPositions({ attributes }: Node, { shape, dtype }: Value, block: number): boolean {
  const { axes, keepdims } = attributes;
  const isBlocked = shape.length === 4 && shape[3] === block && dtype === 'float32';
  return isBlocked && Array.isArray(axes) && axes.join() === '2' && keepdims === 0;
}

/**
 * @param shape [N, C / block, positions, block], of which the sum is over the positions
 * @returns undefined if the value is not the product of two images
 */
function sumOfProduct(g: GraphBuilder, { node }: Value, shape: readonly number[]): Value | undefined {
  const [a, b] = node.inputs;
  if (node.op !== 'Mul' || !a || !b || [a, b].some((factor) => sizeOf(factor.shape) !== sizeOf(shape)))
    return undefined;
  const [batch, blocks, positions, block] = [at(shape, 0), at(shape, 1), at(shape, 2), at(shape, 3)];
  const channels = batch * blocks * block;
  const image = reshape(g, a, [1, channels, 1, positions]);
  const filter = reshape(g, b, [channels, 1, 1, positions]);
  const window = { kernel: [1, positions], strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1] } as const;
  return reshape(g, blockedConv(g, image, filter, window, [1, 1], channels), [batch, blocks, block]);
}
