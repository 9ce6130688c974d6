import { first, GraphBuilder } from '../builder.ts';
import { type Graph, liveNodes, type Node, type Value } from '../graph.ts';

/**
 * Builds a graph anew, node by node in order of need. What the outputs do not need falls away, and what has become
 * equal is merged.
 * @param visit the values that take the place of a node's outputs, given its new inputs; undefined to copy the node
 */
export function rebuild(
  graph: Graph,
  visit: (node: Node, inputs: readonly Value[], g: GraphBuilder) => readonly Value[] | undefined,
): Graph {
  const g = new GraphBuilder();
  const fresh = new Map<Value, Value>();
  const renewed = (value: Value): Value => {
    const found = fresh.get(value);
    if (found === undefined) throw new Error(`a ${value.node.op} came before its input`);
    return found;
  };
  for (const node of liveNodes(Object.values(graph.outputs))) {
    const inputs = node.inputs.map(renewed);
    const values = visit(node, inputs, g) ?? copy(node, inputs, g);
    node.outputs.forEach((output, index) => {
      const value = values[index];
      if (value !== undefined) fresh.set(output, value);
    });
  }
  const outputs = Object.entries(graph.outputs).map(([name, value]) => [name, renewed(value)]);
  return { outputs: Object.fromEntries(outputs) };
}

/** By operator, what takes the place of a node of one output, given its new inputs; undefined to copy the node. */
export type Rules = Readonly<
  Record<string, (node: Node, inputs: readonly Value[], g: GraphBuilder) => Value | undefined>
>;

/** Builds a graph anew with each node as the rule of its operator has it. */
export function rebuildByRules(graph: Graph, rules: Rules): Graph {
  return rebuild(graph, (node, inputs, g) => {
    const value = rules[node.op]?.(node, inputs, g);
    return value && [value];
  });
}

/** The same node on other inputs of the same shapes. */
export function copy(node: Node, inputs: readonly Value[], g: GraphBuilder): readonly Value[] {
  if (node.data !== undefined) return [g.constant(node.data, first(node).shape)];
  return g.node(node.op, inputs, node.attributes, node.outputs).outputs;
}
