import type { GraphBuilder } from './builder.ts';
import type { Value } from './graph.ts';

/** Translates a TensorFlow.js kernel to nodes of a graph, and returns the values of its results. */
export type Lowering = (
  g: GraphBuilder,
  inputs: Readonly<Record<string, Value>>,
  attributes: object,
) => Value | readonly Value[];

/** Lowerings by the name of the TensorFlow.js kernel. */
export type Kernels = Readonly<Record<string, Lowering>>;

/**
 * Gives a lowering its types. TensorFlow.js passes inputs and attributes by name without types, and guarantees that a
 * kernel gets its own; so the cast is made once, here.
 */
export function kernel<Inputs extends string, Attributes extends object = object>(
  lower: (
    g: GraphBuilder,
    inputs: Readonly<Record<Inputs, Value>>,
    attributes: Attributes,
  ) => Value | readonly Value[],
): Lowering {
  return lower as Lowering;
}

/** A kernel whose inputs are a list. */
export function listKernel<Attributes extends object>(
  lower: (g: GraphBuilder, inputs: readonly Value[], attributes: Attributes) => Value | readonly Value[],
): Lowering {
  return (g, inputs, attributes) => lower(g, Object.values(inputs), attributes as Attributes);
}

/** A case of a kernel that cannot be lowered. The backend converts it to a Failure that names the line of user code. */
export class Unsupported extends Error {}
