import { PbfWriter } from 'pbf';
import type { Node } from '../trace/graph.ts';
import { nodeName, writeNode } from './encode-node.ts';
import { type Variable, writeRead, writeVariables } from './encode-variables.ts';

/** Of the graph format; any TensorFlow since 2.0 reads it. */
const PRODUCER = 1087;
/** The tag by which the graph is found in its SavedModel. */
export const TAG = 'serve';

/**
 * Encodes a graph of TensorFlow's operators as a SavedModel (saved_model.proto).
 * @param nodes each after those that it depends on
 * @param variables inputs of these names are read from variables, which the SavedModel does not give a value
 */
export function encodeSavedModel(nodes: readonly Node[], variables: readonly Variable[] = []): Uint8Array {
  const pbf = new PbfWriter();
  pbf.writeVarintField(1, 1);
  pbf.writeMessage(
    2,
    (_, meta) => {
      meta.writeMessage(1, (_, info) => info.writeStringField(4, TAG), undefined);
      meta.writeMessage(2, (_, graph) => writeGraph(graph, nodes, variables), undefined);
    },
    undefined,
  );
  return pbf.finish();
}

function writeGraph(pbf: PbfWriter, nodes: readonly Node[], variables: readonly Variable[]): void {
  const indices = new Map(variables.map(({ name }, index) => [name, index]));
  const reads = new Map<number, string>();
  for (const node of nodes) {
    const index = node.op === 'Input' ? indices.get(String(node.attributes.name)) : undefined;
    const variable = index === undefined ? undefined : variables[index];
    if (index === undefined || variable === undefined) {
      pbf.writeMessage(1, writeNode, node);
    } else {
      reads.set(index, nodeName(node));
      writeRead(pbf, nodeName(node), index, variable);
    }
  }
  writeVariables(pbf, variables, reads);
  pbf.writeMessage(4, (_, versions) => versions.writeVarintField(1, PRODUCER), undefined);
}
