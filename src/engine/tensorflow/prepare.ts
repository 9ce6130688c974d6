import type { HostTensor, Tensors } from '../engine.ts';
import { at } from '../trace/build/shape.ts';
import { first } from '../trace/builder.ts';
import type { StatefulGraph } from '../trace/device-state.ts';
import { type Graph, liveNodes, type Value } from '../trace/graph.ts';
import type { InputTypes } from '../trace/trace.ts';
import type { Binding } from './binding.ts';
import { encodeSavedModel } from './encode.ts';
import { valueName } from './encode-node.ts';
import { placeholderName, presentName, SET, STEPPED } from './encode-variables.ts';
import { openSession } from './session.ts';

/**
 * Makes a graph of TensorFlow's operators ready to run.
 * @param state types of the inputs that are kept in variables on the device; outputs of the same names are their next
 * values
 */
export function prepare(binding: Binding, graph: Graph, state: InputTypes = {}): StatefulGraph {
  const variables = Object.entries(state).map(([name, { shape, dtype }]) => {
    const next = graph.outputs[name];
    const changes = next !== undefined && nameOf(next) !== name;
    return { name, shape, dtype, next: changes ? next : undefined };
  });
  const outputs = Object.entries(graph.outputs).filter(([name]) => !(name in state));
  const isFed = (value: Value) => {
    const name = nameOf(value);
    return name !== undefined && !(name in state);
  };
  const computed = [...new Set(outputs.map(([, value]) => value).filter((value) => !isFed(value)))];
  const nodes = liveNodes([...computed, ...variables.flatMap(({ next = [] }) => next)]);
  const inputs = nodes.map(first).filter(isFed);
  const fetches = [...computed.map(valueName), ...(variables.length > 0 ? [STEPPED] : [])];
  const session = fetches.length === 0 ? undefined : openSession(binding, encodeSavedModel(nodes, variables));
  return {
    run: async (given) => {
      const feeds = inputs.map((value) => [valueName(value), named(given, nameOf(value))] as const);
      const elements = session?.run(new Map(feeds), fetches) ?? [];
      const handed = new Set<Value>();
      const results = outputs.map(([name, value]) => {
        const data = isFed(value) ? named(given, nameOf(value)).data : at(elements, computed.indexOf(value));
        const shared = isFed(value) || handed.has(value);
        handed.add(value);
        return [name, { shape: value.shape, data: shared ? data.slice() : data }] as const;
      });
      return Object.fromEntries(results);
    },
    set: async (tensors) => {
      const feeds = variables.map(
        ({ name }, index) => [placeholderName(index), named(tensors, name)] as const,
      );
      session?.run(new Map(feeds), [SET]);
    },
    get: async (names) => {
      const indices = names.map((name) => variables.findIndex((variable) => variable.name === name));
      const elements = session?.run(new Map(), indices.map(presentName)) ?? [];
      const tensors = indices.map((variable, index) => {
        const { name, shape } = at(variables, variable);
        return [name, { shape, data: at(elements, index) }] as const;
      });
      return Object.fromEntries(tensors);
    },
    release: async () => session?.close(),
  };
}

/** The name of an input; undefined for other values. */
function nameOf({ node }: Value): string | undefined {
  return node.op === 'Input' ? String(node.attributes.name) : undefined;
}

function named(given: Tensors, name: string | undefined): HostTensor {
  const tensor = name === undefined ? undefined : given[name];
  if (tensor === undefined) throw new Error(`the input '${name}' is missing`);
  return tensor;
}
