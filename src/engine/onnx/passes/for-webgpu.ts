import { elementwise } from '../build/elementwise.ts';
import { matMul } from '../build/linear.ts';
import { at, turned } from '../build/shape.ts';
import type { GraphBuilder } from '../builder.ts';
import type { Graph, Node, Value } from '../graph.ts';
import { type Rules, rebuildByRules } from './rebuild.ts';

/**
 * Puts operators for which onnxruntime has no WebGPU kernel in terms of those for which it has one: else the processor
 * computes them, and their operands and results are copied there and back.
 */
export function forWebgpu(graph: Graph): Graph {
  return rebuildByRules(graph, RULES);
}

const RULES: Rules = {
  FusedMatMul: product,
  Sign: sign,
};

function product({ attributes }: Node, inputs: readonly Value[], g: GraphBuilder): Value {
  const [a, b] = [at(inputs, 0), at(inputs, 1)];
  return matMul(g, attributes.transA === 1 ? turned(g, a) : a, attributes.transB === 1 ? turned(g, b) : b);
}

/** 1 where above zero less 1 where below; of NaN it is 0, as it is in TensorFlow.js. */
function sign(_: Node, inputs: readonly Value[], g: GraphBuilder): Value {
  const x = at(inputs, 0);
  const zero = g.scalar(0, x.dtype);
  const [above, below] = ['Greater', 'Less'].map((op) =>
    elementwise(g, 'Cast', [elementwise(g, op, [x, zero], 'bool')], x.dtype, { to: x.dtype }),
  );
  return elementwise(g, 'Sub', [above ?? zero, below ?? zero]);
}
