import { type Graph, liveNodes, type Node, type Value } from './graph.ts';
import { rebuild } from './passes/rebuild.ts';
import { prepare } from './session.ts';

/**
 * Computes what is made of constants alone and puts the results in its place. onnxruntime does so by itself whenever
 * it loads a graph; other readers of a file often want a convolution's filter to be a tensor, not a calculation.
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
    // Of a type that constants can have.
    const result = value && value.dtype !== 'bool' ? results[keyOf(value)] : undefined;
    return result && node.outputs.length === 1 ? [g.constant(result.data, result.shape)] : undefined;
  });
}

function keyOf({ id }: Value): string {
  return String(id);
}
