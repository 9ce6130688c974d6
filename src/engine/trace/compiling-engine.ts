import type {
  CompileCost,
  CompiledFunction,
  CompiledStep,
  CompileOptions,
  Engine,
  EngineIdentity,
  TensorFunction,
} from '../engine.ts';
import { checkTensors, typesOf } from '../host.ts';
import { withHostState } from '../host-state.ts';
import { type StatefulGraph, withDeviceState } from './device-state.ts';
import { GraphCache, type Made, type RunnableGraph } from './graph-cache.ts';
import type { InputTypes, Trace, Traced } from './trace.ts';

export interface CompilingOptions {
  readonly identity: EngineIdentity;
  /** See `Engine`. */
  readonly threads?: number | undefined;
  readonly trace: Trace;
  /**
   * Makes a traced graph ready to run.
   * @param index how many graphs the engine has compiled before
   */
  prepare(graph: Traced, index: number): Promise<RunnableGraph>;
  /**
   * The same for a graph that keeps its state: inputs that are also outputs. Default: the state is kept in host memory.
   */
  prepareStep?(graph: Traced, state: InputTypes): Promise<StatefulGraph>;
}

/** An engine that traces a function, and its gradients, to one graph for each set of input shapes. */
export function compilingEngine({
  identity,
  threads,
  trace,
  prepare,
  prepareStep,
}: CompilingOptions): Engine {
  const functions = new Set<Pick<CompiledFunction, 'dispose'>>();
  let cost: CompileCost = { graphs: 0, seconds: 0 };
  const make = async <G extends RunnableGraph>(
    traced: () => Traced,
    ready: (graph: Traced) => Promise<G>,
  ): Promise<Made<G>> => {
    const began = performance.now();
    const graph = traced();
    const runnable = await ready(graph);
    cost = { graphs: cost.graphs + 1, seconds: cost.seconds + (performance.now() - began) / 1000 };
    return { graph: runnable, flops: graph.flops };
  };
  const compile = (
    name: string,
    fn: TensorFunction,
    { fixed = {} }: CompileOptions = {},
  ): CompiledFunction => {
    checkTensors(name, fixed);
    const graphs = new GraphCache((types) =>
      make(
        () => trace(name, fn, types, fixed),
        (graph) => prepare(graph, cost.graphs),
      ),
    );
    functions.add(graphs);
    return compiledFunction(name, graphs);
  };
  const compileStep = (name: string, fn: TensorFunction, options: CompileOptions = {}): CompiledStep => {
    if (prepareStep === undefined) return withHostState(compile(name, fn, options));
    const { fixed = {} } = options;
    checkTensors(name, fixed);
    const step = withDeviceState(name, (types, state) =>
      make(
        () => trace(name, fn, types, fixed),
        (graph) => prepareStep(graph, state),
      ),
    );
    functions.add(step);
    return step;
  };
  return {
    identity,
    threads,
    compile,
    compileStep,
    compileCost: () => cost,
    dispose: async () => {
      await Promise.all([...functions].map((compiled) => compiled.dispose()));
      functions.clear();
    },
  };
}

function compiledFunction(name: string, graphs: GraphCache<RunnableGraph>): CompiledFunction {
  const madeFor = (inputs: Parameters<CompiledFunction['run']>[0]) => {
    checkTensors(name, inputs);
    return graphs.get(typesOf(inputs));
  };
  return {
    run: async (inputs) => (await madeFor(inputs)).graph.run(inputs),
    flops: async (inputs) => (await madeFor(inputs)).flops,
    dispose: () => graphs.dispose(),
  };
}
