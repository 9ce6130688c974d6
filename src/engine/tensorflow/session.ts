import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HostTensor, Tensors } from '../engine.ts';
import { dtypeOf } from '../host.ts';
import { at } from '../trace/build/shape.ts';
import { first } from '../trace/builder.ts';
import type { RunnableGraph } from '../trace/compiling-engine.ts';
import { type Graph, liveNodes, type Value } from '../trace/graph.ts';
import type { Binding } from './binding.ts';
import { DATA_TYPE, encodeSavedModel, TAG, valueName } from './encode.ts';

/** Creates a session for a graph of TensorFlow's operators. */
export function prepare(binding: Binding, graph: Graph): RunnableGraph {
  const computed = new Set(Object.values(graph.outputs).filter(({ node }) => node.op !== 'Input'));
  const outputs = [...computed];
  const nodes = liveNodes(outputs);
  const inputs = nodes.filter(({ op }) => op === 'Input').map(first);
  const session = outputs.length === 0 ? undefined : load(binding, encodeSavedModel(nodes));
  const inputNames = inputs.map(valueName).join();
  const outputNames = outputs.map(valueName).join();
  const compute = (given: Tensors): Map<Value, number> => {
    if (session === undefined) return new Map();
    const fed = inputs.map((value) => upload(binding, named(given, value)));
    try {
      const results = binding.runSavedModel(session, fed, inputNames, outputNames);
      return new Map(outputs.map((value, index) => [value, at(results, index).id]));
    } finally {
      for (const id of fed) binding.deleteTensor(id);
    }
  };
  return {
    run: async (given) => {
      const results = compute(given);
      const tensors = Object.entries(graph.outputs).map(([name, value]) => {
        const id = results.get(value);
        const data = id === undefined ? named(given, value).data.slice() : download(binding, id);
        return [name, { shape: value.shape, data }];
      });
      for (const id of results.values()) binding.deleteTensor(id);
      return Object.fromEntries(tensors);
    },
    release: async () => {
      if (session !== undefined) binding.deleteSavedModel(session);
    },
  };
}

/** The binding loads graphs only from folders. */
function load(binding: Binding, model: Uint8Array): number {
  const folder = mkdtempSync(join(tmpdir(), 'retable-graph-'));
  try {
    writeFileSync(join(folder, 'saved_model.pb'), model);
    return binding.loadSavedModel(folder, TAG);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function upload(binding: Binding, tensor: HostTensor): number {
  return binding.createTensor(tensor.shape, DATA_TYPE[dtypeOf(tensor)], tensor.data);
}

/** Booleans become int32 zeros and ones. */
function download(binding: Binding, id: number): HostTensor['data'] {
  const data = binding.tensorDataSync(id);
  return data instanceof Uint8Array ? Int32Array.from(data) : data;
}

function named(given: Tensors, { node }: Value): HostTensor {
  const name = String(node.attributes.name);
  const tensor = given[name];
  if (tensor === undefined) throw new Error(`the input '${name}' is missing`);
  return tensor;
}
