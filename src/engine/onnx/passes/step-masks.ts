import { elementwise } from '../../trace/build/elementwise.ts';
import { at } from '../../trace/build/shape.ts';
import { first } from '../../trace/builder.ts';
import { type Graph, liveNodes, type Node, scalarOf, type Value } from '../../trace/graph.ts';
import { rebuild } from '../../trace/passes/rebuild.ts';

/** The largest float32. Any positive number that is not denormal gives more than 1 when multiplied by it. */
const STEEPEST = 3.4028234663852886e38;

/**
 * Computes the slope of a ReLU (1 above 0, otherwise 0) with one operator. `Greater` and `Cast` need two passes over
 * memory, one of them in a single thread. A hard sigmoid that is so steep that it is a step function needs one, in
 * all threads. (Only denormal numbers, below 3e-39, are on its slope.) If the ReLU itself is computed too, the slope
 * is computed from its result. Then nothing else reads the input of the ReLU, which can be fused with the operator
 * before it.
 */
export function stepMasks(graph: Graph): Graph {
  const rectified = new Set<Value>();
  for (const { op, inputs } of liveNodes(Object.values(graph.outputs))) {
    if (op === 'Relu') rectified.add(at(inputs, 0));
  }
  return rebuild(graph, (node, [greater], g) => {
    const step = node.op === 'Cast' && first(node).dtype === 'float32' ? aboveZero(greater?.node) : undefined;
    if (step === undefined) return undefined;
    const before = at(at(node.inputs, 0).node.inputs, 0);
    const read = rectified.has(before) ? elementwise(g, 'Relu', [step]) : step;
    const attributes = { alpha: { float: STEEPEST }, beta: { float: 0 } };
    return [elementwise(g, 'HardSigmoid', [read], 'float32', attributes)];
  });
}

/** Returns x if the node is x > 0. */
function aboveZero(node: Node | undefined): Value | undefined {
  if (node?.op !== 'Greater' || scalarOf(at(node.inputs, 1)) !== 0) return undefined;
  const x = at(node.inputs, 0);
  return x.dtype === 'float32' ? x : undefined;
}
