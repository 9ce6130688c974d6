import { first, GraphBuilder } from '../builder.ts';
import { type Graph, liveNodes, type Node, type Value } from '../graph.ts';

/**
 * Rebuilds a graph node by node, in order of dependency. Nodes that the outputs do not need are dropped, and nodes
 * that have become equal are merged.
 * @param visit returns the values that replace the outputs of a node, given its new inputs; undefined to copy the
 * node
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

/**
 * For each operator, a function that returns the replacement of a node with one output, given its new inputs;
 * undefined to copy the node.
 */
export type Rules = Readonly<
  Record<string, (node: Node, inputs: readonly Value[], g: GraphBuilder) => Value | undefined>
>;

/** Rebuilds a graph by applying the rule of each node's operator. */
export function rebuildByRules(graph: Graph, rules: Rules): Graph {
  return rebuild(graph, (node, inputs, g) => {
    const value = rules[node.op]?.(node, inputs, g);
    return value && [value];
  });
}

/** Copies a node to other inputs of the same shapes. */
export function copy(node: Node, inputs: readonly Value[], g: GraphBuilder): readonly Value[] {
  if (node.data !== undefined) return [g.constant(node.data, first(node).shape)];
  return g.node(node.op, inputs, node.attributes, node.outputs).outputs;
}
