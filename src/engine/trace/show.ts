import { type Attribute, type Graph, liveNodes, type Value } from './graph.ts';

/** A graph as text, one node a line, for documentation and messages. */
export function show(graph: Graph): string {
  const names = new Map<Value, string>();
  const lines = liveNodes(Object.values(graph.outputs)).map(({ op, inputs, outputs, attributes, data }) => {
    for (const output of outputs)
      names.set(output, op === 'Input' ? String(attributes.name) : `v${names.size}`);
    const left = outputs.map((output) => `${names.get(output)}: ${output.dtype}[${output.shape}]`).join(', ');
    if (op === 'Input') return left;
    const settings = Object.entries(attributes).map(([key, value]) => `${key}=${showAttribute(value)}`);
    const operands = data
      ? [data.length === 1 ? `${data[0]}` : '…']
      : inputs.map((value) => names.get(value));
    return `${left} = ${op}(${[...operands, ...settings].join(', ')})`;
  });
  const results = Object.entries(graph.outputs).map(([key, value]) => `${key}=${names.get(value)}`);
  return [...lines, `return ${results.join(', ')}`].join('\n');
}

function showAttribute(value: Attribute): string {
  if (typeof value !== 'object') return `${value}`;
  return 'float' in value ? `${value.float}` : `[${value}]`;
}
