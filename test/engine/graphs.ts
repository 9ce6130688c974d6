import type { TensorFunction } from '../../src/engine/engine.ts';
import { trace } from '../../src/engine/onnx/trace.ts';
import { type Graph, liveNodes } from '../../src/engine/trace/graph.ts';

/** What a function of float32 tensors of these shapes is traced to. */
export function graphOf(fn: TensorFunction, shapes: Record<string, number[]>): Graph {
  const types = Object.entries(shapes).map(([name, shape]) => [name, { shape, dtype: 'float32' as const }]);
  return trace('test', fn, Object.fromEntries(types));
}

/** How many nodes there are of each operator, sources aside. */
export function count(graph: Graph): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { op } of liveNodes(Object.values(graph.outputs))) {
    if (op !== 'Input' && op !== 'Constant') counts[op] = (counts[op] ?? 0) + 1;
  }
  return counts;
}
