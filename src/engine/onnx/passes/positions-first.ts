import { matMul } from '../../trace/build/mat-mul.ts';
import { at, pad, reshape, unshaped } from '../../trace/build/shape.ts';
import type { GraphBuilder } from '../../trace/builder.ts';
import type { Graph, Value } from '../../trace/graph.ts';
import { rebuildByRules } from '../../trace/passes/rebuild.ts';
import { permOf } from '../../trace/passes/simplify.ts';

/**
 * Changes the second factor of a matrix product, in the gradient of a filter, from channels by positions to positions
 * by channels, if it is made of a blocked image. Then it moves whole pixels: shifting columns copies longer pieces,
 * images side by side need no transposition, and one block of channels is in this order already. The product adds in
 * the same order.
 */
export function positionsFirst(graph: Graph, block: number): Graph {
  return rebuildByRules(graph, {
    FusedMatMul: ({ attributes }, [a, b], g) => {
      const turned = attributes.transB === 1 && b ? positionsOf(g, b, block) : undefined;
      return a && turned && matMul(g, a, turned, attributes.transA === 1, false);
    },
  });
}

/**
 * @param factor [N / images, C, images H W], where columns may have been shifted
 * @returns [N / images, images H W, C]; undefined if the factor is not made of a blocked image
 */
function positionsOf(g: GraphBuilder, factor: Value, block: number): Value | undefined {
  const shifted = unshaped(factor);
  const columns = columnPads(shifted);
  const joined = columns ? unshaped(at(shifted.node.inputs, 0)) : shifted;
  const isJoined = joined.node.op === 'Transpose' && permOf(joined.node).join() === '0,2,1,3';
  const image = isJoined ? unshaped(at(joined.node.inputs, 0)) : joined;
  if (image.node.op !== 'ReorderOutput' || image.node.attributes.channels_last !== 0) return undefined;
  const [batch, channels] = [at(image.shape, 0), at(image.shape, 1)];
  const [height, width] = [at(image.shape, 2), at(image.shape, 3)];
  const [before, after] = columns ?? [0, 0];
  const images = batch / at(factor.shape, 0);
  const positions = images * height * (width + before + after);
  const isShiftOfImage =
    !columns || at(shifted.node.inputs, 0).shape.slice(2).join() === `${height},${width}`;
  const isWhole = factor.shape[1] === channels && factor.shape[2] === positions;
  if (factor.shape.length !== 3 || !isShiftOfImage || !isWhole || isJoined !== images > 1) return undefined;
  const moved = pad(g, channelsLast(g, image, block), [
    [0, 0],
    [0, 0],
    [before, after],
    [0, 0],
  ]);
  return reshape(g, moved, [at(factor.shape, 0), positions, channels]);
}

/** The columns that are added before and after, negative if removed, if this is all that a padding with zeros does. */
function columnPads({ node, shape }: Value): readonly [number, number] | undefined {
  const { pads, mode } = node.attributes;
  if (node.op !== 'Pad' || node.inputs.length !== 1 || mode !== 'constant' || shape.length !== 4)
    return undefined;
  if (!Array.isArray(pads) || pads.some((count, index) => count !== 0 && index % 4 !== 3)) return undefined;
  return [Number(pads[3]), Number(pads[7])];
}

/** An image that was blocked as [N, H, W, C]. */
function channelsLast(g: GraphBuilder, { node, shape }: Value, block: number): Value {
  const blocked = at(node.inputs, 0);
  const [batch, channels, height, width] = [at(shape, 0), at(shape, 1), at(shape, 2), at(shape, 3)];
  const last = [batch, height, width, channels];
  if (channels === block && blocked.shape[1] === channels) return reshape(g, blocked, last);
  return g.one('ReorderOutput', [blocked], { channels, channels_last: 1 }, last, blocked.dtype);
}
