import { PbfWriter } from 'pbf';
import { first } from '../trace/builder.ts';
import {
  type Attribute,
  type ConstantData,
  type DType,
  liveNodes,
  type Node,
  type Value,
} from '../trace/graph.ts';

/** onnx.proto: TensorProto.DataType. */
export const ELEMENT_TYPE: Readonly<Record<DType, number>> = {
  float32: 1,
  int32: 6,
  int64: 7,
  bool: 9,
  float64: 11,
};

/** Attributes that ONNX takes as constant int64 inputs, right after the first input, in this order. */
const ATTRIBUTE_INPUTS: Readonly<Record<string, readonly string[]>> = {
  Reshape: ['shape'],
  Expand: ['shape'],
  Slice: ['starts', 'ends', 'axes', 'steps'],
  Pad: ['pads'],
  Tile: ['repeats'],
  Split: ['split'],
  TopK: ['k'],
  CumSum: ['axis'],
  ReduceSum: ['axes'],
  ReduceMean: ['axes'],
  ReduceMax: ['axes'],
  ReduceMin: ['axes'],
  ReduceProd: ['axes'],
  ReduceSumSquare: ['axes'],
  ReduceLogSum: ['axes'],
};

/** Reductions whose axes are an attribute before operator set 18. (For ReduceSum they are an input since set 13.) */
const AXES_ARE_ATTRIBUTE_BEFORE_18: ReadonlySet<string> = new Set([
  'ReduceMean',
  'ReduceMax',
  'ReduceMin',
  'ReduceProd',
  'ReduceSumSquare',
  'ReduceLogSum',
]);

/** The operator set and format version of a model. */
interface Versions {
  readonly opset: number;
  readonly ir: number;
}

/** For models that onnxruntime runs. */
const RUN: Versions = { opset: 18, ir: 8 };
/** For files: the versions of ONNX 1.8 (2020), which all later readers support. */
const FILE: Versions = { opset: 13, ir: 7 };

/** Operators of onnxruntime that are not in the ONNX standard, by the name that we use. */
const CONTRIBUTED: Readonly<Record<string, { readonly domain: string; readonly op: string }>> = {
  FusedMatMul: { domain: 'com.microsoft', op: 'FusedMatMul' },
  BlockedConv: { domain: 'com.microsoft.nchwc', op: 'Conv' },
  ReorderInput: { domain: 'com.microsoft.nchwc', op: 'ReorderInput' },
  ReorderOutput: { domain: 'com.microsoft.nchwc', op: 'ReorderOutput' },
};

/** The attributes of a node that are encoded as inputs. */
function attributeInputs({ op }: Node, { opset }: Versions): readonly string[] {
  return opset < 18 && AXES_ARE_ATTRIBUTE_BEFORE_18.has(op) ? [] : (ATTRIBUTE_INPUTS[op] ?? []);
}

export function isContributed({ op }: Node): boolean {
  return op in CONTRIBUTED;
}

/** The name of a value in the model. */
export function valueName(value: Value): string {
  return `v${value.id}`;
}

/** The name of a node in the model. */
export function nodeName({ op, id }: Node): string {
  return `${op}${id}`;
}

/** Names and metadata for models that are written to a file. Models that are only run do not need them. */
export interface ModelLabels {
  /** Names of inputs and outputs, instead of numbers. */
  readonly names: ReadonlyMap<Value, string>;
  /** Name of the symbolic first axis of all inputs and outputs. */
  readonly openAxis: string;
  readonly title: string;
  readonly description: string;
  /** The version of retable. */
  readonly version: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Encodes a graph as an ONNX model (onnx.proto).
 * @param outputs the values to compute; none of them is an input or a constant
 * @param labels for a file; without them, the model is for onnxruntime
 */
export function encodeModel(outputs: readonly Value[], labels?: ModelLabels): Uint8Array {
  const pbf = new PbfWriter();
  const versions = labels ? FILE : RUN;
  pbf.writeVarintField(1, versions.ir);
  pbf.writeStringField(2, 'retable');
  if (labels) {
    pbf.writeStringField(3, labels.version);
    pbf.writeStringField(6, labels.description);
  }
  const nodes = liveNodes(outputs);
  pbf.writeMessage(7, (_, message) => writeGraph(nodes, outputs, versions, labels, message), undefined);
  writePair(pbf, 8, '', versions.opset);
  const domains = nodes.flatMap(({ op }) => CONTRIBUTED[op]?.domain ?? []);
  for (const domain of new Set(domains)) writePair(pbf, 8, domain, 1);
  for (const [key, value] of Object.entries(labels?.metadata ?? {})) writePair(pbf, 14, key, value);
  return pbf.finish();
}

/** Writes a message with two fields: an operator set with its version, or an entry of the metadata. */
function writePair(pbf: PbfWriter, field: number, key: string, value: string | number): void {
  pbf.writeMessage(
    field,
    (_, message) => {
      message.writeStringField(1, key);
      if (typeof value === 'string') message.writeStringField(2, value);
      else message.writeVarintField(2, value);
    },
    undefined,
  );
}

function writeGraph(
  nodes: readonly Node[],
  outputs: readonly Value[],
  versions: Versions,
  labels: ModelLabels | undefined,
  pbf: PbfWriter,
): void {
  const nameOf = (value: Value) => labels?.names.get(value) ?? valueName(value);
  const lists = new Map<string, readonly number[]>();
  for (const node of nodes) {
    if (node.op === 'Input' || node.op === 'Constant') continue;
    const asInputs = attributeInputs(node, versions);
    pbf.writeMessage(1, (_, m) => writeNode(node, asInputs, nameOf, lists, m), undefined);
  }
  pbf.writeStringField(2, labels?.title ?? 'graph');
  for (const node of nodes) {
    const { data } = node;
    if (data !== undefined) pbf.writeMessage(5, (_, m) => writeTensor(first(node), data, m), undefined);
  }
  for (const [name, list] of lists) pbf.writeMessage(5, (_, m) => writeList(name, list, m), undefined);
  const writeInfo = (field: number, value: Value) => {
    const shape = labels ? [labels.openAxis, ...value.shape.slice(1)] : value.shape;
    pbf.writeMessage(field, (_, m) => writeValueInfo(nameOf(value), value, shape, m), undefined);
  };
  for (const node of nodes) if (node.op === 'Input') writeInfo(11, first(node));
  for (const output of outputs) writeInfo(12, output);
}

function writeNode(
  node: Node,
  asInputs: readonly string[],
  nameOf: (value: Value) => string,
  lists: Map<string, readonly number[]>,
  pbf: PbfWriter,
): void {
  const names = node.inputs.map(nameOf);
  const constants = asInputs.map((attribute) => {
    const value = node.attributes[attribute];
    const list =
      typeof value === 'number' ? [value] : Array.isArray(value) ? (value as readonly number[]) : [];
    const name = `i${list.join('_')}`;
    lists.set(name, list);
    return name;
  });
  names.splice(1, 0, ...constants);
  for (const name of names) pbf.writeStringField(1, name);
  for (const output of node.outputs) pbf.writeStringField(2, nameOf(output));
  pbf.writeStringField(3, nodeName(node));
  const contributed = CONTRIBUTED[node.op];
  pbf.writeStringField(4, contributed?.op ?? node.op);
  for (const [name, value] of Object.entries(node.attributes)) {
    if (!asInputs.includes(name)) pbf.writeMessage(5, (_, m) => writeAttribute(name, value, m), undefined);
  }
  if (contributed) pbf.writeStringField(7, contributed.domain);
}

function writeAttribute(name: string, value: Attribute, pbf: PbfWriter): void {
  const [FLOAT, INT, STRING, INTS] = [1, 2, 3, 7];
  pbf.writeStringField(1, name);
  if (typeof value === 'number' || typeof value === 'boolean') {
    pbf.writeVarintField(3, Number(value));
    pbf.writeVarintField(20, INT);
  } else if (typeof value === 'string') {
    // Only the attribute `to` of Cast names a type.
    const type = name === 'to' ? ELEMENT_TYPE[value as DType] : undefined;
    if (type === undefined) pbf.writeStringField(4, value);
    else pbf.writeVarintField(3, type);
    pbf.writeVarintField(20, type === undefined ? STRING : INT);
  } else if ('float' in value) {
    pbf.writeFloatField(2, value.float);
    pbf.writeVarintField(20, FLOAT);
  } else {
    for (const item of value) pbf.writeVarintField(8, item);
    pbf.writeVarintField(20, INTS);
  }
}

function writeTensor(value: Value, data: ConstantData, pbf: PbfWriter): void {
  for (const extent of value.shape) pbf.writeVarintField(1, extent);
  pbf.writeVarintField(2, ELEMENT_TYPE[value.dtype]);
  pbf.writeStringField(8, valueName(value));
  pbf.writeBytesField(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

function writeList(name: string, list: readonly number[], pbf: PbfWriter): void {
  pbf.writeVarintField(1, list.length);
  pbf.writeVarintField(2, ELEMENT_TYPE.int64);
  pbf.writeStringField(8, name);
  pbf.writeBytesField(9, new Uint8Array(BigInt64Array.from(list, BigInt).buffer));
}

/** @param shape an extent that is a name is symbolic */
function writeValueInfo(
  name: string,
  { dtype }: Value,
  shape: readonly (number | string)[],
  pbf: PbfWriter,
): void {
  pbf.writeStringField(1, name);
  pbf.writeMessage(
    2,
    (_, type) => {
      type.writeMessage(
        1,
        (_, tensor) => {
          tensor.writeVarintField(1, ELEMENT_TYPE[dtype]);
          tensor.writeMessage(
            2,
            (_, dimensions) => {
              for (const extent of shape) dimensions.writeMessage(1, writeDimension, extent);
            },
            undefined,
          );
        },
        undefined,
      );
    },
    undefined,
  );
}

function writeDimension(extent: number | string, pbf: PbfWriter): void {
  if (typeof extent === 'number') pbf.writeVarintField(1, extent);
  else pbf.writeStringField(2, extent);
}
