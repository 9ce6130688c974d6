import { join } from 'node:path';
import type {
  CompileCost,
  CompiledFunction,
  Engine,
  EngineSettings,
  TensorFunction,
  Tensors,
} from '../engine.ts';
import { checkTensors, dtypeOf } from '../host.ts';
import { engineIdentity, type OnnxDevice } from '../identity.ts';
import { channelBlock } from './channel-block.ts';
import type { Graph } from './graph.ts';
import { optimise, type Pass, passesFor } from './passes/optimise.ts';
import { prepare, type RunnableGraph } from './session.ts';
import { trace } from './trace.ts';

export interface OnnxOptions {
  readonly device?: OnnxDevice;
  /** Leaves passes out, to see what they are worth. */
  readonly passes?: (all: readonly Pass[]) => readonly Pass[];
  /** A folder: onnxruntime writes a file to it for each graph, when that is disposed of, with the time of each operator. */
  readonly profiles?: string;
}

/**
 * The compiled engine: a function is traced to one ONNX graph for each set of input shapes, its gradients included,
 * and the graph is run by onnxruntime.
 */
export function createOnnxEngine(
  { threads }: EngineSettings,
  { device = 'cpu', passes = (all) => all, profiles }: OnnxOptions = {},
): Engine {
  const functions = new Set<CompiledFunction>();
  let cost: CompileCost = { graphs: 0, seconds: 0 };
  const make = async (trace: () => Graph) => {
    const began = performance.now();
    const traced = trace();
    const block = device === 'cpu' ? await channelBlock() : undefined;
    const profile = profiles && join(profiles, String(cost.graphs));
    const graph = await prepare(optimise(traced, passes(passesFor(block))), { threads, device, profile });
    cost = { graphs: cost.graphs + 1, seconds: cost.seconds + (performance.now() - began) / 1000 };
    return graph;
  };
  return {
    identity: engineIdentity(device === 'cpu' ? 'onnx' : `onnx-${device}`),
    compile: (name, fn, { fixed = {} } = {}) => {
      const compiled = compile(name, fn, fixed, make);
      functions.add(compiled);
      return compiled;
    },
    compileCost: () => cost,
    dispose: async () => {
      await Promise.all([...functions].map((compiled) => compiled.dispose()));
      functions.clear();
    },
  };
}

function compile(
  name: string,
  fn: TensorFunction,
  fixed: Tensors,
  make: (trace: () => Graph) => Promise<RunnableGraph>,
): CompiledFunction {
  checkTensors(name, fixed);
  const graphs = new Map<string, Promise<RunnableGraph>>();
  return {
    run: async (inputs) => {
      checkTensors(name, inputs);
      const types = typesOf(inputs);
      const signature = JSON.stringify(types);
      const known = graphs.get(signature);
      if (known !== undefined) return (await known).run(inputs);
      const prepared = make(() => trace(name, fn, types, fixed));
      graphs.set(signature, prepared);
      // One that failed is not kept: there is nothing to dispose of.
      prepared.catch(() => graphs.delete(signature));
      return (await prepared).run(inputs);
    },
    dispose: async () => {
      const all = [...graphs.values()];
      graphs.clear();
      for (const graph of all) await (await graph).release();
    },
  };
}

/** In the order of names, so that neither the signature nor the graph depends on that of the caller. */
function typesOf(tensors: Tensors) {
  const sorted = Object.entries(tensors).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    sorted.map(([key, tensor]) => [key, { shape: tensor.shape, dtype: dtypeOf(tensor) }]),
  );
}
