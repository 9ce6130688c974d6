import type { PbfWriter } from 'pbf';
import { at } from '../trace/build/shape.ts';
import { first } from '../trace/builder.ts';
import type { Attribute, ConstantData, DType, Node, Value } from '../trace/graph.ts';

/** types.proto: DataType. */
export const DATA_TYPE: Readonly<Record<DType, number>> = {
  float32: 1,
  float64: 2,
  int32: 3,
  int64: 9,
  bool: 10,
};

/** Where the type in an attribute comes from: the operand of this number, the result, or always the same. */
type TypeSource = number | 'result' | 'int32';

/** Type attributes by operator. Others have one attribute, T: the type of the first operand. */
const TYPES: Readonly<Record<string, Readonly<Record<string, TypeSource>>>> = {
  ArgMax: { T: 0, output_type: 'result' },
  ArgMin: { T: 0, output_type: 'result' },
  Cast: { SrcT: 0, DstT: 'result' },
  Conv2DBackpropInput: { T: 1 },
  DepthwiseConv2dNativeBackpropInput: { T: 1 },
  FusedBatchNormV3: { T: 0, U: 1 },
  FusedBatchNormGradV3: { T: 0, U: 2 },
  GatherNd: { Tparams: 0, Tindices: 1 },
  GatherV2: { Tparams: 0, Tindices: 1, Taxis: 2 },
  LogicalAnd: {},
  LogicalNot: {},
  LogicalOr: {},
  ScatterNd: { T: 1, Tindices: 0 },
  SelectV2: { T: 1 },
  Slice: { T: 0, Index: 'int32' },
  SplitV: { T: 0, Tlen: 'int32' },
  StridedSlice: { T: 0, Index: 'int32' },
};

/** The name of a value in the encoded graph, as operation and index. */
export function valueName({ node, id }: Value): string {
  return `${nodeName(node)}:${node.outputs.findIndex((output) => output.id === id)}`;
}

export function nodeName({ op, id }: Node): string {
  return `${op}${id}`;
}

/** Writes a node of TensorFlow's operators (node_def.proto). */
export function writeNode(node: Node, pbf: PbfWriter): void {
  pbf.writeStringField(1, nodeName(node));
  const { dtype, shape } = first(node);
  const constant = constantOf(node);
  if (node.op === 'Input') {
    pbf.writeStringField(2, 'Placeholder');
    writeTypeAndShape(pbf, { dtype, shape });
  } else if (constant) {
    pbf.writeStringField(2, 'Const');
    writeType(pbf, 'dtype', dtype);
    writeAttribute(pbf, 'value', (value) =>
      value.writeMessage(8, writeTensor, { dtype, shape, data: constant }),
    );
  } else {
    pbf.writeStringField(2, node.op);
    for (const input of node.inputs) pbf.writeStringField(3, valueName(input));
    for (const [name, source] of Object.entries(TYPES[node.op] ?? { T: 0 })) {
      writeType(pbf, name, typeOf(node, source));
    }
    for (const [name, attribute] of Object.entries(node.attributes)) {
      writeAttribute(pbf, name, (value) => writeValue(attribute, value));
    }
  }
}

interface Type {
  readonly dtype: DType;
  readonly shape: readonly number[];
}

/** Writes the attributes `dtype` and `shape`. */
export function writeTypeAndShape(pbf: PbfWriter, { dtype, shape }: Type): void {
  writeType(pbf, 'dtype', dtype);
  writeAttribute(pbf, 'shape', (value) => value.writeMessage(7, writeShape, shape));
}

/** Writes an attribute whose value is a type. */
export function writeType(pbf: PbfWriter, name: string, dtype: DType): void {
  writeAttribute(pbf, name, (value) => value.writeVarintField(6, DATA_TYPE[dtype]));
}

/** The elements of a constant. An expansion of one element is a constant too, stored as that element. */
function constantOf({ op, data, inputs }: Node): ConstantData | undefined {
  return op === 'Expand' ? at(inputs, 0).node.data : data;
}

function typeOf(node: Node, source: TypeSource): DType {
  if (source === 'int32') return source;
  return source === 'result' ? first(node).dtype : at(node.inputs, source).dtype;
}

/** An entry of the map of attributes. */
export function writeAttribute(pbf: PbfWriter, name: string, write: (value: PbfWriter) => void): void {
  pbf.writeMessage(
    5,
    (_, entry) => {
      entry.writeStringField(1, name);
      entry.writeMessage(2, (_, value) => write(value), undefined);
    },
    undefined,
  );
}

function writeValue(attribute: Attribute, pbf: PbfWriter): void {
  if (typeof attribute === 'string') pbf.writeStringField(2, attribute);
  else if (typeof attribute === 'number') pbf.writeVarintField(3, attribute);
  else if (typeof attribute === 'boolean') pbf.writeBooleanField(5, attribute);
  else if ('float' in attribute) pbf.writeFloatField(4, attribute.float);
  else pbf.writeMessage(1, (_, list) => list.writePackedVarint(3, [...attribute]), undefined);
}

function writeShape(shape: readonly number[], pbf: PbfWriter): void {
  for (const extent of shape) pbf.writeMessage(2, (_, dim) => dim.writeVarintField(1, extent), undefined);
}

interface Tensor extends Type {
  /** All elements, or the one that all have in common. */
  readonly data: ConstantData;
}

export function writeTensor({ dtype, shape, data }: Tensor, pbf: PbfWriter): void {
  pbf.writeVarintField(1, DATA_TYPE[dtype]);
  pbf.writeMessage(2, writeShape, shape);
  if (data.length === 1) writeElement(data, pbf);
  else pbf.writeBytesField(4, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

function writeElement(data: ConstantData, pbf: PbfWriter): void {
  const element = at([...data], 0);
  if (data instanceof Float32Array) pbf.writePackedFloat(5, [element]);
  else if (data instanceof Int32Array) pbf.writePackedVarint(7, [element]);
  else pbf.writePackedBoolean(11, [element !== 0]);
}
