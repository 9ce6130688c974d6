import { createHash } from 'node:crypto';
import { type Attributes, type ConstantData, type DType, liveNodes, type Node, type Value } from './graph.ts';

/**
 * Builds the nodes of one graph. If an equal node (operator, inputs, attributes, types of results) exists, that one is returned, so
 * common subexpressions are merged automatically.
 */
export class GraphBuilder {
  readonly #nodes = new Map<string, Node>();
  readonly #flops = new Map<Node, number>();
  #nextValue = 0;

  /** A value that is given at each run. */
  input(name: string, shape: readonly number[], dtype: DType): Value {
    return this.one('Input', [], { name }, shape, dtype);
  }

  /** A constant. If all elements are equal, one element is stored and expanded to the shape. */
  constant(data: ConstantData, shape: readonly number[]): Value {
    const dtype = data instanceof Float32Array ? 'float32' : data instanceof Int32Array ? 'int32' : 'bool';
    const outputs = [{ shape, dtype }] as const;
    if (data.length > 1 && data.every((element) => Object.is(element, data[0]))) {
      return this.one('Expand', [this.constant(data.slice(0, 1), [])], { shape }, shape, dtype);
    }
    const key = `Constant ${dtype} ${shape} ${digest(data)}`;
    return first(this.#nodes.get(key) ?? this.#create(key, 'Constant', [], {}, outputs, data));
  }

  scalar(value: number, dtype: DType = 'float32'): Value {
    return this.constant(dtype === 'float32' ? new Float32Array([value]) : new Int32Array([value]), []);
  }

  /** A node with one output. */
  one(
    op: string,
    inputs: readonly Value[],
    attributes: Attributes,
    shape: readonly number[],
    dtype: DType,
  ): Value {
    return first(this.node(op, inputs, attributes, [{ shape, dtype }]));
  }

  node(
    op: string,
    inputs: readonly Value[],
    attributes: Attributes,
    outputs: readonly Pick<Value, 'shape' | 'dtype'>[],
  ): Node {
    const key = `${op} ${inputs.map(({ id }) => id)} ${JSON.stringify(attributes)} ${outputs.map(({ dtype }) => dtype)}`;
    return this.#nodes.get(key) ?? this.#create(key, op, inputs, attributes, outputs);
  }

  /** Records the FLOPs for computing a value from the results of other kernels. */
  charge({ node }: Value, flops: number): void {
    if (flops > 0) this.#flops.set(node, flops);
  }

  /** The floating point operations for computing these values; shared parts count once. */
  flopsOf(outputs: Iterable<Value>): number {
    return liveNodes(outputs).reduce((sum, node) => sum + (this.#flops.get(node) ?? 0), 0);
  }

  #create(
    key: string,
    op: string,
    inputs: readonly Value[],
    attributes: Attributes,
    outputs: readonly Pick<Value, 'shape' | 'dtype'>[],
    data?: ConstantData,
  ): Node {
    const values: Value[] = [];
    const id = this.#nodes.size;
    const node: Node = { id, op, inputs, attributes, outputs: values, ...(data && { data }) };
    for (const { shape, dtype } of outputs) {
      values.push({ id: this.#nextValue++, node, shape: [...shape], dtype });
    }
    this.#nodes.set(key, node);
    return node;
  }
}

export function first(node: Node): Value {
  const [value] = node.outputs;
  if (value === undefined) throw new Error(`${node.op} has no outputs`);
  return value;
}

const digests = new WeakMap<ConstantData, string>();

function digest(data: ConstantData): string {
  const known = digests.get(data);
  if (known !== undefined) return known;
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const fresh = createHash('sha1').update(bytes).digest('base64');
  digests.set(data, fresh);
  return fresh;
}
