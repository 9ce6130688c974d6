import type { CompileCost, CompiledFunction, Engine, EngineIdentity, Tensors } from '../engine.ts';
import { checkTensors, typesOf } from '../host.ts';
import type { Trace, Traced } from './trace.ts';

/** A graph that is ready to run. */
export interface RunnableGraph {
  run(inputs: Tensors): Promise<Tensors>;
  release(): Promise<void>;
}

export interface CompilingOptions {
  readonly identity: EngineIdentity;
  readonly trace: Trace;
  /**
   * Makes a traced graph ready to run.
   * @param index how many graphs the engine has compiled before
   */
  prepare(graph: Traced, index: number): Promise<RunnableGraph>;
}

interface Made {
  readonly graph: RunnableGraph;
  readonly flops: number;
}

/** An engine that traces a function, and its gradients, to one graph for each set of input shapes. */
export function compilingEngine({ identity, trace, prepare }: CompilingOptions): Engine {
  const functions = new Set<CompiledFunction>();
  let cost: CompileCost = { graphs: 0, seconds: 0 };
  const make = async (traced: () => Traced): Promise<Made> => {
    const began = performance.now();
    const graph = traced();
    const runnable = await prepare(graph, cost.graphs);
    cost = { graphs: cost.graphs + 1, seconds: cost.seconds + (performance.now() - began) / 1000 };
    return { graph: runnable, flops: graph.flops };
  };
  return {
    identity,
    compile: (name, fn, { fixed = {} } = {}) => {
      const compiled = compile(name, fixed, (types) => make(() => trace(name, fn, types, fixed)));
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
  fixed: Tensors,
  make: (types: ReturnType<typeof typesOf>) => Promise<Made>,
): CompiledFunction {
  checkTensors(name, fixed);
  const graphs = new Map<string, Promise<Made>>();
  const madeFor = (inputs: Tensors): Promise<Made> => {
    checkTensors(name, inputs);
    const types = typesOf(inputs);
    const signature = JSON.stringify(types);
    const known = graphs.get(signature);
    if (known !== undefined) return known;
    const made = make(types);
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
