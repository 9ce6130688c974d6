import { sizeOf } from '../../host.ts';
import { broadcastShape } from '../../trace/build/elementwise.ts';
import { at, channelsFirst, channelsLast, permuted, reshape, transpose } from '../../trace/build/shape.ts';
import { first, GraphBuilder } from '../../trace/builder.ts';
import { type Attributes, type Graph, liveNodes, type Node, type Value } from '../../trace/graph.ts';
import { ELEMENTWISE } from '../../trace/passes/elementwise-operators.ts';
import { copy } from '../../trace/passes/rebuild.ts';

const TO_FIRST = [0, 3, 1, 2];
const TO_LAST = [0, 2, 3, 1];

/**
 * Keeps images channels-first from one convolution to the next. TensorFlow.js uses channels-last, so each convolution
 * comes with transpositions around it. This pass does not emit the transposition after a convolution, but remembers
 * the channels-first value, and computes what follows on it as long as possible. Where a channels-last image is
 * needed, the transposition is emitted after all.
 */
export function keepChannelsFirst(graph: Graph): Graph {
  const layout = new Layout();
  for (const node of liveNodes(Object.values(graph.outputs))) layout.visit(node);
  const outputs = Object.entries(graph.outputs).map(([name, value]) => [name, layout.last(value)]);
  return { outputs: Object.fromEntries(outputs) };
}

class Layout {
  readonly #g = new GraphBuilder();
  /** New values for old ones, in the layout of TensorFlow.js (channels-last). */
  readonly #last = new Map<Value, Value>();
  /** New values for old images, channels-first. */
  readonly #first = new Map<Value, Value>();

  /** The value in the layout of TensorFlow.js. */
  last(old: Value): Value {
    const known = this.#last.get(old);
    if (known !== undefined) return known;
    const image = this.#first.get(old);
    if (image === undefined) throw new Error(`a ${old.node.op} came before its input`);
    return channelsLast(this.#g, image);
  }

  visit(node: Node): void {
    if (isTranspose(node, TO_LAST)) {
      this.#first.set(first(node), this.last(at(node.inputs, 0)));
    } else if (isTranspose(node, TO_FIRST) && this.#isFirst(at(node.inputs, 0))) {
      this.#last.set(first(node), this.#toFirst(at(node.inputs, 0)));
    } else if (!this.#follow(node)) {
      const inputs = node.inputs.map((input) => this.last(input));
      const values = copy(node, inputs, this.#g);
      node.outputs.forEach((output, index) => {
        this.#last.set(output, at(values, index));
      });
    }
  }

  #isFirst(old: Value): boolean {
    return this.#first.has(old);
  }

  /** The value channels-first; missing leading axes are added. */
  #toFirst(old: Value): Value {
    const known = this.#first.get(old);
    if (known !== undefined) return known;
    const value = this.last(old);
    if (value.shape.length === 0) return value;
    const [image, ...others] = old.node.inputs;
    if (
      ELEMENTWISE.has(old.node.op) &&
      image?.shape.length === 4 &&
      others.every(({ shape }) => shape.length === 0)
    ) {
      // One transposition of the image serves all nodes that use it.
      const inputs = old.node.inputs.map((input) => this.#toFirst(input));
      const shape = permuted(old.shape, TO_FIRST);
      return this.#g.one(old.node.op, inputs, old.node.attributes, shape, old.dtype);
    }
    const ones = Array.from({ length: 4 - value.shape.length }, () => 1);
    return channelsFirst(this.#g, reshape(this.#g, value, [...ones, ...value.shape]));
  }

  /** Computes a node on channels-first values. @returns false if it cannot */
  #follow(node: Node): boolean {
    if (ELEMENTWISE.has(node.op)) return this.#followElementwise(node);
    const [input] = node.inputs;
    if (!input || !this.#isFirst(input)) return false;
    const attributes = movedAttributes(node);
    if (attributes === undefined) return false;
    if (node.op === 'Concat' && !node.inputs.every((other) => this.#isFirst(other))) return false;
    if (node.op.startsWith('Reduce')) return this.#followReduction(node, input, attributes);
    // The fill value of a padding is a scalar and does not change.
    const inputs = node.inputs.map((other) =>
      other.shape.length === 4 ? this.#toFirst(other) : this.last(other),
    );
    const outputs = node.outputs.map(({ shape, dtype }) => ({ shape: permuted(shape, TO_FIRST), dtype }));
    this.#setFirst(node, this.#g.node(node.op, inputs, attributes, outputs));
    return true;
  }

  #followElementwise(node: Node): boolean {
    const { shape, dtype } = first(node);
    if (shape.length !== 4 || !this.#mostlyFirst(node.inputs)) return false;
    const inputs = node.inputs.map((input) => this.#toFirst(input));
    const moved = broadcastShape(...inputs.map((value) => value.shape));
    this.#setFirst(node, this.#g.node(node.op, inputs, node.attributes, [{ shape: moved, dtype }]));
    return true;
  }

  #followReduction(node: Node, input: Value, attributes: Attributes): boolean {
    const { shape, dtype } = first(node);
    const image = this.#toFirst(input);
    if (node.attributes.keepdims === 1) {
      const moved = { shape: permuted(shape, TO_FIRST), dtype };
      this.#setFirst(node, this.#g.node(node.op, [image], attributes, [moved]));
      return true;
    }
    const axes = attributes.axes as readonly number[];
    const left = TO_FIRST.filter((_, axis) => !axes.includes(axis));
    const outputs = [{ shape: left.map((axis) => at(input.shape, axis)), dtype }];
    const result = first(this.#g.node(node.op, [image], attributes, outputs));
    const sorted = [...left].sort((a, b) => a - b);
    const perm = sorted.map((axis) => left.indexOf(axis));
    this.#last.set(first(node), transpose(this.#g, result, perm));
    return true;
  }

  /**
   * Whether bringing the other inputs to channels-first needs fewer copies than bringing the channels-first ones
   * back.
   */
  #mostlyFirst(inputs: readonly Value[]): boolean {
    const size = (values: readonly Value[]) => values.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    const [images, others] = [
      inputs.filter((x) => this.#isFirst(x)),
      inputs.filter((x) => !this.#isFirst(x)),
    ];
    const copied = others.filter(({ shape, node }) => shape.length === 4 && node.op !== 'Expand');
    return images.length > 0 && size(images) >= size(copied);
  }

  #setFirst(node: Node, fresh: Node): void {
    node.outputs.forEach((output, index) => {
      this.#first.set(output, at(fresh.outputs, index));
    });
  }
}

/**
 * The attributes of a node after the axes of its image have moved; undefined if the node cannot be computed
 * channels-first.
 */
function movedAttributes({ op, attributes }: Node): Attributes | undefined {
  const axis = (old: unknown) => TO_FIRST.indexOf(Number(old));
  const axes = (old: unknown) => (old as readonly number[]).map(axis);
  const list = (old: unknown) => permuted(old as readonly number[], TO_FIRST);
  switch (op) {
    case 'Concat':
    case 'Split':
      return { ...attributes, axis: axis(attributes.axis) };
    case 'Expand':
      return { shape: list(attributes.shape) };
    case 'Pad': {
      const pads = attributes.pads as readonly number[];
      return { ...attributes, pads: [...list(pads.slice(0, 4)), ...list(pads.slice(4))] };
    }
    case 'Slice':
      return { ...attributes, axes: axes(attributes.axes) };
    case 'Tile':
      return { repeats: list(attributes.repeats) };
    default:
      if (!op.startsWith('Reduce')) return undefined;
      return { ...attributes, axes: axes(attributes.axes).sort((a, b) => a - b) };
  }
}

function isTranspose({ op, attributes: { perm } }: Node, wanted: readonly number[]): boolean {
  return op === 'Transpose' && Array.isArray(perm) && perm.every((axis, index) => axis === wanted[index]);
}
