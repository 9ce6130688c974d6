import { type Graph, liveNodes, type Node, type Value } from '../trace/graph.ts';
import { rebuild } from '../trace/passes/rebuild.ts';
import { prepare } from './session.ts';

/**
 * Replaces expressions of constants by their results. onnxruntime does this itself when it loads a graph, but other
 * readers often need the filter of a convolution to be a tensor.
 */
export async function foldConstants(graph: Graph): Promise<Graph> {
  const known = new Set<Node>();
  const wanted = new Map<string, Value>();
  for (const node of liveNodes(Object.values(graph.outputs))) {
    if (node.op !== 'Input' && node.inputs.every((input) => known.has(input.node))) known.add(node);
    else for (const input of node.inputs) if (known.has(input.node)) wanted.set(keyOf(input), input);
  }
  const session = await prepare({ outputs: Object.fromEntries(wanted) }, { threads: 1, device: 'cpu' });
  const results = await session.run({});
  await session.release();
  return rebuild(graph, (node, _, g) => {
    const [value] = node.outputs;
    // Only types that constants can have.
    const result = value && value.dtype !== 'bool' ? results[keyOf(value)] : undefined;
    return result && node.outputs.length === 1 ? [g.constant(result.data, result.shape)] : undefined;
  });
}

function keyOf({ id }: Value): string {
  return String(id);
}
