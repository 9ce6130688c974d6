import { elementwise } from '../../trace/build/elementwise.ts';
import { matMul } from '../../trace/build/mat-mul.ts';
import { at, turned } from '../../trace/build/shape.ts';
import type { GraphBuilder } from '../../trace/builder.ts';
import type { Graph, Node, Value } from '../../trace/graph.ts';
import { type Rules, rebuildByRules } from '../../trace/passes/rebuild.ts';

/**
 * Replaces operators that onnxruntime has no WebGPU kernel for by others. Otherwise the CPU would compute them, and
 * their operands and results would be copied there and back.
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

/** (x > 0) - (x < 0). For NaN it is 0, as in TensorFlow.js. */
function sign(_: Node, inputs: readonly Value[], g: GraphBuilder): Value {
  const x = at(inputs, 0);
  const zero = g.scalar(0, x.dtype);
  const [above, below] = ['Greater', 'Less'].map((op) =>
    elementwise(g, 'Cast', [elementwise(g, op, [x, zero], 'bool')], x.dtype, { to: x.dtype }),
  );
  return elementwise(g, 'Sub', [above ?? zero, below ?? zero]);
}
