import type { CompiledStep, Tensors } from '../engine.ts';
import { checkTensors, pickTensors, typesOf } from '../host.ts';
import { GraphCache, type Made, type RunnableGraph } from './graph-cache.ts';
import type { InputTypes } from './trace.ts';

/** A graph that keeps a state from run to run. */
export interface StatefulGraph extends RunnableGraph {
  set(state: Tensors): Promise<void>;
  get(names: readonly string[]): Promise<Tensors>;
}

/** Where the state is: in host memory until a graph runs, then in that graph. */
type Holder = Pick<StatefulGraph, 'get'>;

/**
 * A step whose state is kept by its graphs. If a run needs another graph than the one before, because its inputs have
 * other types, the state is copied to that graph.
 */
export function withDeviceState(
  name: string,
  make: (inputs: InputTypes, state: InputTypes) => Promise<Made<StatefulGraph>>,
): CompiledStep {
  let types: InputTypes = {};
  let holder: Holder = onHost({});
  const graphs = new GraphCache((all) => make(all, pickTensors(all, Object.keys(types))));
  const graphFor = (inputs: Tensors) => {
    checkTensors(name, inputs);
    return graphs.get({ ...types, ...typesOf(inputs) });
  };
  const get = (names = Object.keys(types)) => holder.get(names);
  return {
    set: async (state) => {
      checkTensors(name, state);
      types = typesOf(state);
      holder = onHost(state);
    },
    run: async (inputs) => {
      const { graph } = await graphFor(inputs);
      if (holder !== graph) await graph.set(await get());
      holder = graph;
      return graph.run(inputs);
    },
    get,
    flops: async (inputs) => (await graphFor(inputs)).flops,
    dispose: () => graphs.dispose(),
  };
}

function onHost(state: Tensors): Holder {
  return { get: async (names) => pickTensors(state, names) };
}
