/**
 * Types of values in a graph. `int64` and `float64` occur only between nodes, never as inputs or outputs of the
 * graph.
 */
export type DType = 'float32' | 'int32' | 'bool' | 'int64' | 'float64';

/**
 * An attribute of a node. Whole numbers are plain numbers; real numbers are marked with `float`, because ONNX
 * distinguishes them.
 */
export type Attribute = number | boolean | readonly number[] | string | { readonly float: number };
export type Attributes = Readonly<Record<string, Attribute>>;

/** Host data of a constant. The class determines the type: float32, int32 or bool. */
export type ConstantData = Float32Array | Int32Array | Uint8Array;

/** One output of a node. */
export interface Value {
  readonly id: number;
  readonly node: Node;
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/**
 * An application of an ONNX operator, or a source: `Input` (attribute `name`) or `Constant` (with `data`). What ONNX
 * requires as constant int64 inputs (shapes, axes, pads) are attributes here; the encoder converts them to inputs.
 */
export interface Node {
  readonly id: number;
  readonly op: string;
  readonly inputs: readonly Value[];
  readonly attributes: Attributes;
  readonly outputs: readonly Value[];
  readonly data?: ConstantData;
}

/** A graph is given by its named results. It contains only the nodes that they need. */
export interface Graph {
  readonly outputs: Readonly<Record<string, Value>>;
}

/** The nodes that are needed for these values, each after the nodes that it depends on. */
export function liveNodes(outputs: Iterable<Value>): Node[] {
  const order: Node[] = [];
  const seen = new Set<Node>();
  // An explicit stack, because graphs of long loops are deeper than the call stack allows.
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

/** The number in a constant with one element; undefined for all other values. */
export function scalarOf(value: Value): number | undefined {
  const { data } = value.node;
  return data?.length === 1 ? data[0] : undefined;
}
