/** Types of values inside a graph. `int64` and `float64` exist only between nodes, never at the border. */
export type DType = 'float32' | 'int32' | 'bool' | 'int64' | 'float64';

/** An attribute of a node: whole numbers as they are, real ones marked, since ONNX tells them apart. */
export type Attribute = number | readonly number[] | string | { readonly float: number };
export type Attributes = Readonly<Record<string, Attribute>>;

/** Host data of a constant; the class is the type: float32, int32, bool. */
export type ConstantData = Float32Array | Int32Array | Uint8Array;

/** One output of a node. */
export interface Value {
  readonly id: number;
  readonly node: Node;
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/**
 * An ONNX operator at work, or a source: `Input` (attribute `name`) or `Constant` (with `data`).
 * What ONNX wants as constant int64 inputs (shapes, axes, pads) are attributes here; the encoder turns them into inputs.
 */
export interface Node {
  readonly id: number;
  readonly op: string;
  readonly inputs: readonly Value[];
  readonly attributes: Attributes;
  readonly outputs: readonly Value[];
  readonly data?: ConstantData;
}

/** A graph is its named results; what they do not reach does not exist. */
export interface Graph {
  readonly outputs: Readonly<Record<string, Value>>;
}

/** The nodes that values need, each after those it needs. */
export function liveNodes(outputs: Iterable<Value>): Node[] {
  const order: Node[] = [];
  const seen = new Set<Node>();
  // An explicit stack: graphs of long loops are deeper than the call stack.
  const stack = [...outputs].map((value) => ({ node: value.node, entered: false }));
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    if (top.entered) order.push(top.node);
    else if (!seen.has(top.node)) {
      seen.add(top.node);
      stack.push({ node: top.node, entered: true });
      for (const input of top.node.inputs) stack.push({ node: input.node, entered: false });
    }
  }
  return order;
}

/** The elements of a constant of one element; undefined for all other values. */
export function scalarOf(value: Value): number | undefined {
  const { data } = value.node;
  return data?.length === 1 ? data[0] : undefined;
}
