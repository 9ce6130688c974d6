import { join } from 'node:path';
import type {
  CompileCost,
  CompiledFunction,
  Engine,
  EngineSettings,
  TensorFunction,
  Tensors,
} from '../engine.ts';
import { checkTensors, typesOf } from '../host.ts';
import { engineIdentity, type OnnxDevice } from '../identity.ts';
import type { Traced } from '../trace/trace.ts';
import { channelBlock } from './channel-block.ts';
import { optimise, type Pass, passesFor } from './passes/optimise.ts';
import { prepare, type RunnableGraph } from './session.ts';
import { trace } from './trace.ts';

export interface OnnxOptions {
  readonly device?: OnnxDevice;
  /** Selects the passes to apply, for measuring what each is worth. */
  readonly passes?: (all: readonly Pass[]) => readonly Pass[];
  /**
   * A folder. For each graph, onnxruntime writes a file with the time of each operator there when the graph is
   * disposed of.
   */
  readonly profiles?: string;
}

/**
 * The compiling engine. For each set of input shapes, a function and its gradients are traced to one ONNX graph,
 * which onnxruntime runs.
 */
export function createOnnxEngine(
  { threads }: EngineSettings,
  { device = 'cpu', passes = (all) => all, profiles }: OnnxOptions = {},
): Engine {
  const functions = new Set<CompiledFunction>();
  let cost: CompileCost = { graphs: 0, seconds: 0 };
  const make = async (trace: () => Traced): Promise<Made> => {
    const began = performance.now();
    const traced = trace();
    const block = device === 'cpu' ? await channelBlock() : undefined;
    const profile = profiles && join(profiles, String(cost.graphs));
    const graph = await prepare(optimise(traced, passes(passesFor(block, device))), {
      threads,
      device,
      profile,
    });
    cost = { graphs: cost.graphs + 1, seconds: cost.seconds + (performance.now() - began) / 1000 };
    return { graph, flops: traced.flops };
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

interface Made {
  readonly graph: RunnableGraph;
  readonly flops: number;
}

function compile(
  name: string,
  fn: TensorFunction,
  fixed: Tensors,
  make: (trace: () => Traced) => Promise<Made>,
): CompiledFunction {
  checkTensors(name, fixed);
  const graphs = new Map<string, Promise<Made>>();
  const madeFor = (inputs: Tensors): Promise<Made> => {
    checkTensors(name, inputs);
    const types = typesOf(inputs);
    const signature = JSON.stringify(types);
    const known = graphs.get(signature);
    if (known !== undefined) return known;
    const made = make(() => trace(name, fn, types, fixed));
    graphs.set(signature, made);
    // A graph that failed is not kept: there is nothing to dispose of.
    made.catch(() => graphs.delete(signature));
    return made;
  };
  return {
    run: async (inputs) => (await madeFor(inputs)).graph.run(inputs),
    flops: async (inputs) => (await madeFor(inputs)).flops,
    dispose: async () => {
      const all = [...graphs.values()];
      graphs.clear();
      for (const made of all) await (await made).graph.release();
    },
  };
}
