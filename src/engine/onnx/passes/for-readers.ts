import { first, type GraphBuilder } from '../../trace/builder.ts';
import type { Graph, Node, Value } from '../../trace/graph.ts';
import { ELEMENTWISE } from '../../trace/passes/elementwise-operators.ts';
import { rebuild } from '../../trace/passes/rebuild.ts';

/** Rewrites a graph so that all readers of ONNX files understand it, for any batch size. */
export function forReaders(graph: Graph): Graph {
  return rebuild(graph, (node, inputs, g) => {
    if (node.op === 'ReduceMean') return mean(node, inputs, g);
    if (node.op === 'Reshape') return reshape(node, inputs, g);
    return ELEMENTWISE.has(node.op) ? elementwise(node, inputs, g) : undefined;
  });
}

/** Replaces the mean over height and width by a pool, because readers treat the axes of ReduceMean differently. */
function mean(node: Node, inputs: readonly Value[], g: GraphBuilder): Value[] | undefined {
  const { axes, keepdims } = node.attributes;
  const [x] = inputs;
  if (!x || !Array.isArray(axes)) return undefined;
  if (axes.every((axis) => x.shape[axis] === 1)) return reshape(node, inputs, g);
  if (x.shape.length !== 4 || axes.join() !== '2,3') return undefined;
  const { shape, dtype } = first(node);
  const pooled = g.one('GlobalAveragePool', [x], {}, [...x.shape.slice(0, 2), 1, 1], dtype);
  return [keepdims === 1 ? pooled : g.one('Flatten', [pooled], { axis: 1 }, shape, dtype)];
}

/** A reshape that keeps the first axis takes its extent from the input instead of from the traced batch. */
function reshape(node: Node, [x]: readonly Value[], g: GraphBuilder): Value[] | undefined {
  const { shape, dtype } = first(node);
  if (!x || shape.length === 0) return undefined;
  // In ONNX, 0 means: keep the extent of this axis.
  const wanted = x.shape[0] === shape[0] ? [0, ...shape.slice(1)] : shape;
  return [g.one('Reshape', [x], { shape: wanted }, shape, dtype)];
}

/**
 * Removes leading axes of extent 1 from constants; broadcasting adds them again. OpenCV 4.6 can add a constant of
 * four axes only to a batch of one image.
 */
function elementwise(node: Node, inputs: readonly Value[], g: GraphBuilder): Value[] | undefined {
  const { shape, dtype } = first(node);
  if (!inputs.some((input) => !input.node.data && input.shape.length === shape.length)) return undefined;
  const short = inputs.map((input) => {
    const lead = input.shape.findIndex((extent) => extent !== 1);
    return input.node.data && lead > 0 ? g.constant(input.node.data, input.shape.slice(lead)) : input;
  });
  return [g.one(node.op, short, node.attributes, shape, dtype)];
}
