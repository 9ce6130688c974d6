import { sameShape } from '../../host.ts';
import { elementwise } from '../../trace/build/elementwise.ts';
import { at, reshape, unshaped } from '../../trace/build/shape.ts';
import type { GraphBuilder } from '../../trace/builder.ts';
import { type Graph, type Node, scalarOf, type Value } from '../../trace/graph.ts';
import { countReaders } from '../../trace/passes/readers.ts';
import { rebuild } from '../../trace/passes/rebuild.ts';
import { type Epilogue, withEpilogue } from '../build/blocked.ts';

/** Bias, sum and activation: a convolution can take in nothing more. */
const MOST_ROUNDS = 4;

/**
 * Fuses what follows a blocked convolution into it: a bias, the addition of another image, a ReLU. Each saves a pass
 * over memory. It is done only if nothing else reads the value in between.
 */
export function joinBlocked(graph: Graph): Graph {
  let current = graph;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    let joined = false;
    const readers = countReaders(current);
    current = rebuild(current, (node, inputs, g) => {
      const alone = node.inputs.map((input) => isAlone(input, readers));
      const value = RULES[node.op]?.(node, inputs, alone, g);
      joined ||= value !== undefined;
      return value && [value];
    });
    if (!joined) break;
  }
  return current;
}

type Rule = (
  node: Node,
  inputs: readonly Value[],
  alone: readonly boolean[],
  g: GraphBuilder,
) => Value | undefined;

const RULES: Readonly<Record<string, Rule>> = {
  Add: sum,
  BlockedConv: bias,
  Relu: relu,
  Sub: difference,
};

/** Whether a value has one reader, and also what it is reshaped from. */
function isAlone(value: Value, readers: ReadonlyMap<Value, number>): boolean {
  return readers.get(value) === 1 && readers.get(unshaped(value)) === 1;
}

function shaped(g: GraphBuilder, value: Value, shape: readonly number[]): Value {
  return sameShape(value.shape, shape) ? value : reshape(g, value, shape);
}

/** A convolution and its epilogue; undefined for other values, and if a ReLU is already the last step. */
function open(value: Value | undefined): { conv: Value; epilogue: Epilogue } | undefined {
  if (value?.node.op !== 'BlockedConv' || 'activation' in value.node.attributes) return undefined;
  const [, , bias, sum] = value.node.inputs;
  return { conv: value, epilogue: { bias, sum } };
}

function isScaling({ node, shape }: Value): boolean {
  return node.attributes.group === shape[1];
}

/** A convolution followed by a bias only (a scaling by ones). */
function bias(
  node: Node,
  [x, factors, vector, other]: readonly Value[],
  [alone]: readonly boolean[],
  g: GraphBuilder,
) {
  const inner = alone ? open(x) : undefined;
  if (!inner || !factors || !vector || other || 'activation' in node.attributes) return undefined;
  if (node.attributes.group !== inner.conv.shape[1] || !isOnes(factors)) return undefined;
  const before = inner.epilogue.bias;
  return withEpilogue(g, inner.conv, {
    ...inner.epilogue,
    bias: before ? elementwise(g, 'Add', [before, vector]) : vector,
  });
}

function isOnes({ node }: Value): boolean {
  const [inner] = node.inputs;
  if (node.op === 'Reshape') return inner !== undefined && isOnes(inner);
  return node.op === 'Expand' && inner !== undefined && scalarOf(inner) === 1;
}

function sum(_: Node, [a, b]: readonly Value[], [aloneA, aloneB]: readonly boolean[], g: GraphBuilder) {
  if (!a || !b || !sameShape(a.shape, b.shape)) return undefined;
  const added = (into: Value, other: Value) => {
    // Images whose channels have factors of their own were joined to one image.
    const inner = open(unshaped(into));
    if (!inner || inner.epilogue.sum) return undefined;
    const { conv, epilogue } = inner;
    const joined = withEpilogue(g, conv, { ...epilogue, sum: shaped(g, other, conv.shape) });
    return shaped(g, joined, into.shape);
  };
  return (aloneB ? added(b, a) : undefined) ?? (aloneA ? added(a, b) : undefined);
}

/** a - b, where b only scales an image: scales it by the negative factors and adds. */
function difference(_: Node, [a, b]: readonly Value[], [, alone]: readonly boolean[], g: GraphBuilder) {
  const inner = alone ? open(b) : undefined;
  if (!a || !b || !inner || inner.epilogue.sum || !isScaling(b) || !sameShape(a.shape, b.shape))
    return undefined;
  const [x, factors] = [at(b.node.inputs, 0), at(b.node.inputs, 1)];
  const negated = reshape(g, elementwise(g, 'Neg', [factors]), factors.shape);
  const conv = g.one('BlockedConv', [x, negated], b.node.attributes, b.shape, b.dtype);
  const { bias: vector } = inner.epilogue;
  return withEpilogue(g, conv, { bias: vector && elementwise(g, 'Neg', [vector]), sum: a });
}

function relu(_: Node, [x]: readonly Value[], [alone]: readonly boolean[], g: GraphBuilder) {
  const inner = alone ? open(x) : undefined;
  return inner && withEpilogue(g, inner.conv, { ...inner.epilogue, relu: true });
}
