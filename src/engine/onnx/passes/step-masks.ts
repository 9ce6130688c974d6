import { elementwise } from '../build/elementwise.ts';
import { at } from '../build/shape.ts';
import { first } from '../builder.ts';
import { type Graph, liveNodes, type Node, scalarOf, type Value } from '../graph.ts';
import { rebuild } from './rebuild.ts';

/** The largest float32: times any number that is not denormal it is more than 1. */
const STEEPEST = 3.4028234663852886e38;

/**
 * The slope of a ReLU is 1 above 0 and else 0. `Greater` and `Cast` take two passes over memory for it, one of them in
 * a single thread; a hard sigmoid so steep that it is a step takes one, in all threads. Only denormal numbers, below
 * 3e-39, lie on its slope. It is read off the ReLU's result where there is one, so that what comes before the ReLU has
 * no other reader, and the two can become one operator.
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

/** x of x > 0. */
function aboveZero(node: Node | undefined): Value | undefined {
  if (node?.op !== 'Greater' || scalarOf(at(node.inputs, 1)) !== 0) return undefined;
  const x = at(node.inputs, 0);
  return x.dtype === 'float32' ? x : undefined;
}
