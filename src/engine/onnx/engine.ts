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
import { engineIdentity } from '../identity.ts';
import { optimise } from './passes/optimise.ts';
import { prepare, type RunnableGraph } from './session.ts';
import { trace } from './trace.ts';

/** What only benchmarks ask for. */
export interface Diagnostics {
  /** A folder: onnxruntime writes a file to it for each graph, when that is disposed of, with the time of each operator. */
  readonly profiles?: string;
}

/**
 * The compiled engine: a function is traced to one ONNX graph for each set of input shapes, its gradients included,
 * and the graph is run by onnxruntime on the CPU.
 */
export function createOnnxEngine(settings: EngineSettings, { profiles }: Diagnostics = {}): Engine {
  const functions = new Set<CompiledFunction>();
  let cost: CompileCost = { graphs: 0, seconds: 0 };
  const onCompiled = (seconds: number) => {
    cost = { graphs: cost.graphs + 1, seconds: cost.seconds + seconds };
  };
  return {
    identity: engineIdentity('onnx'),
    compile: (name, fn, { fixed = {} } = {}) => {
      const profile = profiles && join(profiles, String(functions.size));
      const compiled = compile(name, fn, fixed, { ...settings, profile, onCompiled });
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

interface CompileSettings extends EngineSettings {
  readonly profile: string | undefined;
  readonly onCompiled: (seconds: number) => void;
}

function compile(
  name: string,
  fn: TensorFunction,
  fixed: Tensors,
  { threads, profile, onCompiled }: CompileSettings,
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
      const began = performance.now();
      const graph = optimise(trace(name, fn, types, fixed));
      const prepared = prepare(graph, threads, profile && `${profile}-${graphs.size}`);
      graphs.set(signature, prepared);
      const runnable = await prepared;
      onCompiled((performance.now() - began) / 1000);
      return runnable.run(inputs);
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
