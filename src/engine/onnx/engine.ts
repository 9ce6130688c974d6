import type { CompiledFunction, Engine, EngineSettings, TensorFunction, Tensors } from '../engine.ts';
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
}

/**
 * The compiled engine: a function is traced to one ONNX graph for each set of input shapes, its gradients included,
 * and the graph is run by onnxruntime.
 */
export function createOnnxEngine(
  { threads }: EngineSettings,
  { device = 'cpu', passes = (all) => all }: OnnxOptions = {},
): Engine {
  const functions = new Set<CompiledFunction>();
  const make = async (traced: Graph) => {
    const block = device === 'cpu' ? await channelBlock() : undefined;
    return prepare(optimise(traced, passes(passesFor(block))), threads, device);
  };
  return {
    identity: engineIdentity(device === 'cpu' ? 'onnx' : `onnx-${device}`),
    compile: (name, fn, { fixed = {} } = {}) => {
      const compiled = compile(name, fn, fixed, make);
      functions.add(compiled);
      return compiled;
    },
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
  make: (traced: Graph) => Promise<RunnableGraph>,
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
      const prepared = make(trace(name, fn, types, fixed));
      graphs.set(signature, prepared);
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
