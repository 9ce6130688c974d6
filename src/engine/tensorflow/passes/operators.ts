import { sizeOf } from '../../host.ts';
import { elementwise } from '../../trace/build/elementwise.ts';
import { at } from '../../trace/build/shape.ts';
import { first, type GraphBuilder } from '../../trace/builder.ts';
import { type Attribute, type Graph, type Node, scalarOf, type Value } from '../../trace/graph.ts';
import { rebuild } from '../../trace/passes/rebuild.ts';
import { integers } from '../integers.ts';

type Rule = (node: Node, inputs: readonly Value[], g: GraphBuilder) => readonly Value[] | undefined;

/**
 * Replaces the operators of a traced graph, which are named as in ONNX, by TensorFlow's. Lists that ONNX has as
 * attributes, such as axes, are operands in TensorFlow. Operators that both have under one name stay.
 */
export function tensorflowOperators(graph: Graph): Graph {
  return rebuild(graph, (node, inputs, g) => RULES[node.op]?.(node, inputs, g));
}

/** More elements than this are filled in when the graph runs, instead of being stored in it. */
const MOST_STORED = 1024;

const RULES: Readonly<Record<string, Rule>> = {
  Add: renamed('AddV2'),
  And: renamed('LogicalAnd'),
  Clip: renamed('ClipByValue'),
  Div: renamed('RealDiv'),
  GatherND: renamed('GatherNd'),
  GreaterOrEqual: renamed('GreaterEqual'),
  IsNaN: renamed('IsNan'),
  LessOrEqual: renamed('LessEqual'),
  Max: renamed('Maximum'),
  Min: renamed('Minimum'),
  Not: renamed('LogicalNot'),
  Or: renamed('LogicalOr'),
  Where: renamed('SelectV2'),
  Xor: renamed('NotEqual'),
  ReduceMax: reduction('Max'),
  ReduceMean: reduction('Mean'),
  ReduceMin: reduction('Min'),
  ReduceProd: reduction('Prod'),
  ReduceSum: reduction('Sum'),
  ArgMax: place('ArgMax'),
  ArgMin: place('ArgMin'),
  MatMul: (node, inputs, g) => product(node, inputs, g, false, false),
  FusedMatMul: (node, inputs, g) =>
    product(node, inputs, g, node.attributes.transA === 1, node.attributes.transB === 1),
  Mod: (node, inputs, g) => one(g, node, node.attributes.fmod === 1 ? 'TruncateMod' : 'FloorMod', inputs),
  Cast: (node, inputs, g) => (inputs[0]?.dtype === first(node).dtype ? inputs : one(g, node, 'Cast', inputs)),
  LeakyRelu: (node, inputs, g) => one(g, node, 'LeakyRelu', inputs, { alpha: attribute(node, 'alpha') }),
  LogSoftmax: renamed('LogSoftmax'),
  Softmax: renamed('Softmax'),

  Reshape: (node, inputs, g) => one(g, node, 'Reshape', [...inputs, integers(g, first(node).shape)]),
  Expand: (node, inputs, g) => {
    const { shape } = first(node);
    // The encoder stores it as a constant.
    if (scalarOf(at(inputs, 0)) !== undefined && sizeOf(shape) <= MOST_STORED) return undefined;
    return one(g, node, 'BroadcastTo', [...inputs, integers(g, shape)]);
  },
  Transpose: (node, inputs, g) => one(g, node, 'Transpose', [...inputs, integers(g, numbers(node, 'perm'))]),
  Tile: (node, inputs, g) => one(g, node, 'Tile', [...inputs, integers(g, numbers(node, 'repeats'))]),
  Concat: (node, inputs, g) =>
    one(g, node, 'ConcatV2', [...inputs, scalar(g, number(node, 'axis'))], { N: inputs.length }),
  Gather: (node, inputs, g) => one(g, node, 'GatherV2', [...inputs, scalar(g, number(node, 'axis'))]),
  Split: (node, inputs, g) => {
    const sizes = numbers(node, 'split');
    const operands = [...inputs, integers(g, sizes), scalar(g, number(node, 'axis'))];
    return g.node('SplitV', operands, { num_split: sizes.length }, node.outputs).outputs;
  },
  Slice: slice,
  Pad: pad,
  ScatterND: (node, [_zeros, ...operands], g) => {
    const shape = elementwise(g, 'Cast', [integers(g, first(node).shape)], at(operands, 0).dtype);
    return one(g, node, 'ScatterNd', [...operands, shape]);
  },
  CumSum: (node, inputs, g) => {
    const { exclusive, reverse } = node.attributes;
    const attributes = { exclusive: exclusive === 1, reverse: reverse === 1 };
    return one(g, node, 'Cumsum', [...inputs, scalar(g, number(node, 'axis'))], attributes);
  },
  TopK: (node, inputs, g) => {
    const [values, places] = node.outputs.map(({ shape }) => shape);
    const outputs = [
      { shape: values ?? [], dtype: first(node).dtype },
      { shape: places ?? [], dtype: 'int32' as const },
    ];
    const attributes = { sorted: node.attributes.sorted === 1 };
    return g.node('TopKV2', [...inputs, scalar(g, number(node, 'k'))], attributes, outputs).outputs;
  },
};

function renamed(op: string): Rule {
  return (node, inputs, g) => one(g, node, op, inputs);
}

function reduction(op: string): Rule {
  return (node, inputs, g) =>
    one(g, node, op, [...inputs, integers(g, numbers(node, 'axes'))], {
      keep_dims: node.attributes.keepdims === 1,
    });
}

/** As int32; what follows casts from int64, which then is nothing. */
function place(op: string): Rule {
  return (node, inputs, g) => [
    g.one(op, [...inputs, scalar(g, number(node, 'axis'))], {}, first(node).shape, 'int32'),
  ];
}

function product(node: Node, inputs: readonly Value[], g: GraphBuilder, a: boolean, b: boolean) {
  if (inputs.every(({ shape }) => shape.length === 2)) {
    return one(g, node, 'MatMul', inputs, { transpose_a: a, transpose_b: b });
  }
  return one(g, node, 'BatchMatMulV2', inputs, { adj_x: a, adj_y: b });
}

/** TensorFlow wants the cuts of all axes. An end of less than 0 counts from the back. */
function slice(node: Node, inputs: readonly Value[], g: GraphBuilder): readonly Value[] {
  const x = at(inputs, 0);
  const [axes, starts, ends, steps] = ['axes', 'starts', 'ends', 'steps'].map((name) => numbers(node, name));
  const spread = (values: readonly number[] | undefined, others: readonly number[]) =>
    others.map((other, axis) => values?.[axes?.indexOf(axis) ?? -1] ?? other);
  const zeros = x.shape.map(() => 0);
  const begin = spread(starts, zeros);
  const step = spread(
    steps,
    x.shape.map(() => 1),
  );
  if (step.every((each) => each === 1)) {
    return one(g, node, 'Slice', [x, integers(g, begin), integers(g, first(node).shape)]);
  }
  return one(g, node, 'StridedSlice', [
    x,
    integers(g, begin),
    integers(g, spread(ends, x.shape)),
    integers(g, step),
  ]);
}

function pad(node: Node, inputs: readonly Value[], g: GraphBuilder): readonly Value[] {
  const [x, value] = [at(inputs, 0), inputs[1]];
  const sizes = numbers(node, 'pads');
  const rank = x.shape.length;
  const pairs = x.shape.flatMap((_, axis) => [at(sizes, axis), at(sizes, axis + rank)]);
  const paddings = g.constant(Int32Array.from(pairs), [rank, 2]);
  if (node.attributes.mode === 'reflect')
    return one(g, node, 'MirrorPad', [x, paddings], { mode: 'REFLECT' });
  return one(g, node, 'PadV2', [x, paddings, value ?? zero(g, x)]);
}

function zero(g: GraphBuilder, { dtype }: Value): Value {
  return elementwise(g, 'Cast', [g.scalar(0)], dtype);
}

/** A node with the outputs of another. */
function one(
  g: GraphBuilder,
  node: Node,
  op: string,
  inputs: readonly Value[],
  attributes: Readonly<Record<string, Attribute>> = {},
): readonly Value[] {
  return g.node(op, inputs, attributes, node.outputs).outputs;
}

function scalar(g: GraphBuilder, value: number): Value {
  return g.scalar(value, 'int32');
}

function attribute(node: Node, name: string): Attribute {
  const value = node.attributes[name];
  if (value === undefined) throw new Error(`a ${node.op} without ${name}`);
  return value;
}

function number(node: Node, name: string): number {
  const value = attribute(node, name);
  if (typeof value !== 'number') throw new Error(`${name} of a ${node.op} is no number`);
  return value;
}

function numbers(node: Node, name: string): readonly number[] {
  const value = attribute(node, name);
  if (!Array.isArray(value)) throw new Error(`${name} of a ${node.op} is no list`);
  return value;
}
