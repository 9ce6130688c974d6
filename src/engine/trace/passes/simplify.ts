import { sameShape, sizeOf } from '../../host.ts';
import { broadcastShape, elementwise, sub } from '../build/elementwise.ts';
import { at, expand, permuted, reshape, transpose } from '../build/shape.ts';
import { first, type GraphBuilder } from '../builder.ts';
import { type Graph, type Node, scalarOf, type Value } from '../graph.ts';
import { ELEMENTWISE } from './elementwise-operators.ts';
import { rebuild } from './rebuild.ts';

/** A rule: returns the value that replaces the only output of a node, or undefined if it does not apply. */
type Rule = (node: Node, inputs: readonly Value[], g: GraphBuilder) => Value | undefined;

/** Applying a rule can make others applicable. More rounds than this have never helped. */
const MOST_ROUNDS = 10;

/** Applies rules that save work and change no value, until none applies. */
export function simplify(graph: Graph): Graph {
  let current = graph;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    let applied = false;
    current = rebuild(current, (node, inputs, g) => {
      const rules = [...(RULES[node.op] ?? []), ...(ELEMENTWISE.has(node.op) ? [narrow] : [])];
      for (const rule of rules) {
        const value = rule(node, inputs, g);
        if (value === undefined) continue;
        applied = true;
        return [value];
      }
      return undefined;
    });
    if (!applied) break;
  }
  return current;
}

const RULES: Readonly<Record<string, readonly Rule[]>> = {
  Add: [
    dropNeutral(0, 'both'),
    foldNegation,
    addBefore('DepthToSpace'),
    addToPart,
    calculate((a, b) => a + b),
  ],
  Sub: [dropNeutral(0, 'right'), calculate((a, b) => a - b)],
  Mul: [dropNeutral(1, 'both'), calculate((a, b) => a * b), multiplySmaller],
  Div: [dropNeutral(1, 'right'), calculate((a, b) => a / b)],
  Expand: [expandAgain, expandNothing],
  Neg: [negateConstant],
  Reshape: [reshapeNothing, reshapeAgain, reshapeFilled, reshapeConstant],
  Tile: [tileOnes],
  Transpose: [transposeAgain, transposeOnes, transposeFilled],
  Slice: [sliceNothing],
  Pad: [padNothing],
};

/** The value before an expansion (or the value itself). */
function source(value: Value): Value {
  return value.node.op === 'Expand' ? at(value.node.inputs, 0) : value;
}

/**
 * Applies an operator before its operands are expanded, which is cheaper; broadcasting often makes the expansion
 * unnecessary.
 */
function narrow(node: Node, inputs: readonly Value[], g: GraphBuilder): Value | undefined {
  if (!inputs.some((input) => input.node.op === 'Expand')) return undefined;
  const sources = inputs.map(source);
  const { shape, dtype } = first(node);
  const result = elementwise(g, node.op, sources, dtype, node.attributes);
  return sameShape(broadcastShape(...sources.map((value) => value.shape)), shape)
    ? result
    : expand(g, result, shape);
}

/** x + 0, x * 1 and so on become x, expanded to the shape of the result. */
function dropNeutral(neutral: number, side: 'both' | 'right'): Rule {
  return (node, inputs, g) => {
    const [a, b] = [at(inputs, 0), at(inputs, 1)];
    const kept =
      scalarOf(source(b)) === neutral
        ? a
        : side === 'both' && scalarOf(source(a)) === neutral
          ? b
          : undefined;
    return kept && expand(g, kept, first(node).shape);
  };
}

/** x + (-y) becomes x - y. */
function foldNegation(_: Node, [a, b]: readonly Value[], g: GraphBuilder): Value | undefined {
  if (!a || !b) return undefined;
  if (b.node.op === 'Neg') return sub(g, a, at(b.node.inputs, 0));
  return a.node.op === 'Neg' ? sub(g, b, at(a.node.inputs, 0)) : undefined;
}

/** move(x) + move(y) becomes move(x + y), if both moves are the same: one move instead of two. */
function addBefore(move: string): Rule {
  return (_, [a, b], g) => {
    if (a?.node.op !== move || b?.node.op !== move) return undefined;
    const [x, y] = [at(a.node.inputs, 0), at(b.node.inputs, 0)];
    if (!sameShape(x.shape, y.shape)) return undefined;
    return g.one(move, [elementwise(g, 'Add', [x, y])], a.node.attributes, a.shape, a.dtype);
  };
}

/**
 * concat(a, b, …) + pad(x) becomes concat(a + x, b, …), if the padding adds only zeros after x and x has the shape of
 * a.
 */
function addToPart(node: Node, [a, b]: readonly Value[], g: GraphBuilder): Value | undefined {
  const [joined, padded] = a?.node.op === 'Concat' ? [a, b] : [b, a];
  if (joined?.node.op !== 'Concat' || padded?.node.op !== 'Pad' || padded.node.inputs.length > 1)
    return undefined;
  const [part, ...others] = joined.node.inputs;
  const added = at(padded.node.inputs, 0);
  const { pads } = padded.node.attributes;
  const before = Array.isArray(pads) ? pads.slice(0, pads.length / 2) : [1];
  if (!part || !sameShape(part.shape, added.shape) || before.some((count) => count !== 0)) return undefined;
  const parts = [elementwise(g, 'Add', [part, added]), ...others];
  return g.one('Concat', parts, joined.node.attributes, first(node).shape, joined.dtype);
}

/** Computes an operator on two constant numbers, rounded to float32 as onnxruntime would. */
function calculate(operator: (a: number, b: number) => number): Rule {
  return (node, inputs, g) => {
    const { shape, dtype } = first(node);
    const [a, b] = inputs.map(scalarOf);
    if (a === undefined || b === undefined || dtype !== 'float32') return undefined;
    return g.constant(new Float32Array([operator(a, b)]), shape);
  };
}

/**
 * (x * 2) * v becomes x * (v * 2) if v is smaller than x, which is then read once less. Only for powers of 2: these
 * products are exact.
 */
function multiplySmaller(_: Node, [a, b]: readonly Value[], g: GraphBuilder): Value | undefined {
  if (!a || !b || sizeOf(a.shape) === sizeOf(b.shape)) return undefined;
  const [large, small] = sizeOf(a.shape) > sizeOf(b.shape) ? [a, b] : [b, a];
  const [x, factor] = large.node.op === 'Mul' ? large.node.inputs : [];
  const power = factor && Math.log2(Math.abs(scalarOf(factor) ?? 0));
  if (!x || !factor || !Number.isInteger(power)) return undefined;
  return elementwise(g, 'Mul', [x, elementwise(g, 'Mul', [small, factor])]);
}

function negateConstant(_: Node, [x]: readonly Value[], g: GraphBuilder): Value | undefined {
  const data = x?.node.data;
  if (!x || !(data instanceof Float32Array) || data.length > 64) return undefined;
  return g.constant(
    data.map((element) => -element),
    x.shape,
  );
}

function expandNothing(node: Node, [x]: readonly Value[]): Value | undefined {
  return x && sameShape(x.shape, first(node).shape) ? x : undefined;
}

function expandAgain(node: Node, [x]: readonly Value[], g: GraphBuilder): Value | undefined {
  return x?.node.op === 'Expand' ? expand(g, source(x), first(node).shape) : undefined;
}

function reshapeNothing(node: Node, [x]: readonly Value[]): Value | undefined {
  return x && sameShape(x.shape, first(node).shape) ? x : undefined;
}

function reshapeAgain(node: Node, [x]: readonly Value[], g: GraphBuilder): Value | undefined {
  return x?.node.op === 'Reshape' ? reshape(g, at(x.node.inputs, 0), first(node).shape) : undefined;
}

function reshapeConstant(node: Node, [x]: readonly Value[], g: GraphBuilder): Value | undefined {
  return x?.node.data && g.constant(x.node.data, first(node).shape);
}

/**
 * reshape(expand(x)) becomes expand(reshape(x)): always if x has one element, otherwise if only axes of extent 1 are
 * added or removed.
 */
function reshapeFilled(node: Node, [x]: readonly Value[], g: GraphBuilder): Value | undefined {
  if (x?.node.op !== 'Expand') return undefined;
  const { shape } = first(node);
  const inner = source(x);
  if (scalarOf(inner) !== undefined) return expand(g, reshape(g, inner, []), shape);
  const extents = alignedExtents(inner.shape, x.shape, shape);
  return extents && expand(g, reshape(g, inner, extents), shape);
}

/**
 * The shape for `from` if its expansion `wide` is reshaped to `to`; undefined unless only axes of extent 1 are added
 * or removed.
 */
function alignedExtents(
  from: readonly number[],
  wide: readonly number[],
  to: readonly number[],
): number[] | undefined {
  const lead = wide.length - from.length;
  const kept = wide.flatMap((extent, axis) => (extent === 1 ? [] : [from[axis - lead] ?? 1]));
  const solid = (shape: readonly number[]) => shape.filter((extent) => extent !== 1);
  if (!sameShape(solid(wide), solid(to))) return undefined;
  return to.map((extent) => (extent === 1 ? 1 : (kept.shift() ?? 1)));
}

/** Repeating an axis of extent 1 is the same as broadcasting it. */
function tileOnes(node: Node, [x]: readonly Value[], g: GraphBuilder): Value | undefined {
  const { shape } = first(node);
  const broadcast = x?.shape.every((extent, axis) => extent === 1 || extent === shape[axis]);
  return x && broadcast ? expand(g, x, shape) : undefined;
}

function transposeAgain(node: Node, [x]: readonly Value[], g: GraphBuilder): Value | undefined {
  if (x?.node.op !== 'Transpose') return undefined;
  return transpose(g, at(x.node.inputs, 0), permuted(permOf(x.node), permOf(node)));
}

/** A transposition that moves only axes of extent 1 copies nothing: it becomes a reshape. */
function transposeOnes(node: Node, [x]: readonly Value[], g: GraphBuilder): Value | undefined {
  if (!x) return undefined;
  const solid = permOf(node).filter((axis) => x.shape[axis] !== 1);
  const moved = solid.some((axis, index) => index > 0 && axis < at(solid, index - 1));
  return moved ? undefined : reshape(g, x, first(node).shape);
}

function transposeFilled(node: Node, [x]: readonly Value[], g: GraphBuilder): Value | undefined {
  if (x?.node.op !== 'Expand') return undefined;
  const inner = source(x);
  const { shape } = first(node);
  if (inner.shape.length === 0) return expand(g, inner, shape);
  const ones = Array.from({ length: x.shape.length - inner.shape.length }, () => 1);
  return expand(g, transpose(g, reshape(g, inner, [...ones, ...inner.shape]), permOf(node)), shape);
}

function sliceNothing(node: Node, [x]: readonly Value[]): Value | undefined {
  const { steps } = node.attributes;
  const forward = Array.isArray(steps) && steps.every((step) => step === 1);
  return x && forward && sameShape(x.shape, first(node).shape) ? x : undefined;
}

function padNothing(node: Node, [x]: readonly Value[]): Value | undefined {
  const { pads } = node.attributes;
  return x && Array.isArray(pads) && pads.every((size) => size === 0) ? x : undefined;
}

export function permOf({ attributes: { perm } }: Node): readonly number[] {
  // Every Transpose is created with `perm`.
  if (!Array.isArray(perm)) throw new Error('a Transpose without perm');
  return perm;
}
