import { sameShape } from '../../host.ts';
import { elementwise } from '../../trace/build/elementwise.ts';
import { at } from '../../trace/build/shape.ts';
import { first } from '../../trace/builder.ts';
import { type Graph, liveNodes, type Node, scalarOf, type Value } from '../../trace/graph.ts';
import { rebuild } from '../../trace/passes/rebuild.ts';

/**
 * The gradient of a ReLU is a product with (x > 0) as numbers. TensorFlow has it as one operator, which reads and
 * writes memory once instead of three times. It is computed from the result of the ReLU if there is one: then nothing
 * else reads x, and the ReLU can be fused with the operator before it.
 */
export function reluGradient(graph: Graph): Graph {
  const rectified = new Set<Value>();
  for (const { op, inputs } of liveNodes(Object.values(graph.outputs))) {
    if (op === 'Relu') rectified.add(at(inputs, 0));
  }
  return rebuild(graph, (node, inputs, g) => {
    if (node.op !== 'Mul') return undefined;
    for (const [mask, slopes] of [[0, 1] as const, [1, 0] as const]) {
      const positive = positivePart(at(node.inputs, mask).node);
      const dy = at(inputs, slopes);
      if (!positive || !sameShape(positive.shape, dy.shape)) continue;
      const x = at(at(at(inputs, mask).node.inputs, 0).node.inputs, 0);
      const read = rectified.has(positive) ? elementwise(g, 'Relu', [x]) : x;
      return [g.one('ReluGrad', [dy, read], {}, first(node).shape, 'float32')];
    }
    return undefined;
  });
}

/** Returns x if the node is (x > 0) as float32. */
function positivePart(node: Node): Value | undefined {
  if (node.op !== 'Cast' || first(node).dtype !== 'float32') return undefined;
  const greater = at(node.inputs, 0).node;
  if (greater.op !== 'Greater' || scalarOf(at(greater.inputs, 1)) !== 0) return undefined;
  const x = at(greater.inputs, 0);
  return x.dtype === 'float32' ? x : undefined;
}
