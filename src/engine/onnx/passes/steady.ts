import { sizeOf } from '../../host.ts';
import { elementwise } from '../../trace/build/elementwise.ts';
import { matMul } from '../../trace/build/mat-mul.ts';
import { reduce } from '../../trace/build/reduce.ts';
import { at, concat, pad, reshape, slice, turned } from '../../trace/build/shape.ts';
import { first, type GraphBuilder } from '../../trace/builder.ts';
import type { Graph, Node, Value } from '../../trace/graph.ts';
import { type Rules, rebuildByRules } from '../../trace/passes/rebuild.ts';

// onnxruntime divides the work of an operator by the number of threads. If the size of a part determines the order of
// additions, the last bits depend on the number of threads. Results must not depend on it, so this pass rewrites such
// cases. The conditions were found by running many shapes at 1 to 16 threads with onnxruntime 1.30.

/** The largest number of threads of a session. The rules below hold up to this number. */
export const MOST_THREADS = 8;

/** Makes results independent of the number of threads, up to `MOST_THREADS`. */
export function steady(graph: Graph): Graph {
  return rebuildByRules(graph, RULES);
}

const RULES: Rules = {
  Conv: oneImage,
  ConvTranspose: manyChannels,
  FusedMatMul: product,
  Log: logarithm,
  MatMul: product,
  ReduceMean: reduction,
  ReduceProd: reduction,
  ReduceSum: reduction,
};

/** Up to this length of the inner axis, a matrix product computes each element as one sum. */
const ONE_SUM = 128;
/** Up to this many multiplications, a matrix product uses one thread. */
const ONE_THREAD = 65536;

/**
 * A product [M, K] x [K, N] is divided along M if M >= N; then each part adds in the same order as the whole, unless
 * it has only one row. Otherwise it is divided along N, and the size of a part determines how K is split. So this
 * makes the larger side the first.
 */
function product(node: Node, [a, b]: readonly Value[], g: GraphBuilder): Value | undefined {
  if (!a || !b) return undefined;
  const transposeA = node.attributes.transA === 1;
  const transposeB = node.attributes.transB === 1;
  const [m = 1, n = 1] = first(node).shape.slice(-2);
  const inner = a.shape.at(transposeA ? -2 : -1) ?? 1;
  const batch = sizeOf(first(node).shape.slice(0, -2));
  if (batch >= MOST_THREADS || m === 1 || m * n * inner < ONE_THREAD) return undefined;
  if (n > m && inner > ONE_SUM) {
    return turned(g, steadyRows(g, b, a, !transposeB, !transposeA));
  }
  return m < 2 * MOST_THREADS ? steadyRows(g, a, b, transposeA, transposeB) : undefined;
}

/** A product with so many rows (added as zeros) that no thread gets a single one. */
function steadyRows(g: GraphBuilder, a: Value, b: Value, transposeA: boolean, transposeB: boolean): Value {
  const axis = a.shape.length - (transposeA ? 1 : 2);
  const lacking = 2 * MOST_THREADS - at(a.shape, axis);
  if (lacking <= 0) return matMul(g, a, b, transposeA, transposeB);
  const padded = pad(
    g,
    a,
    a.shape.map((_, index) => (index === axis ? [0, lacking] : [0, 0])),
  );
  const result = matMul(g, padded, b, transposeA, transposeB);
  return slice(g, result, [{ axis: result.shape.length - 2, start: 0, size: at(a.shape, axis) }]);
}

/**
 * A reduction whose kept axes (taken as one) are outside or between the summed ones uses its fast algorithm only if
 * their extent is at least the number of threads, and another order of additions otherwise. If the extent is small,
 * this adds in two steps, or pads with zeros.
 */
function reduction(node: Node, [x]: readonly Value[], g: GraphBuilder): Value | undefined {
  if (!x) return undefined;
  const axes = node.attributes.axes as readonly number[]; // every reduction is created with axes
  const runs = runsOf(x.shape, axes);
  const [head, middle, tail] = runs;
  if (runs.length !== 3 || !head || !middle || !tail) return undefined;
  const merged = reshape(
    g,
    x,
    runs.map(({ size }) => size),
  );
  const { shape } = first(node);
  if (middle.kept && middle.size < MOST_THREADS) {
    const rows = reduce(g, node.op, merged, [2], false);
    return reshape(g, reduce(g, node.op, rows, [0], false), shape);
  }
  if (!middle.kept && head.size < MOST_THREADS) {
    const filled = pad(g, merged, [
      [0, MOST_THREADS - head.size],
      [0, 0],
      [0, 0],
    ]);
    const sums = reduce(g, node.op, filled, [1], false);
    return reshape(g, slice(g, sums, [{ axis: 0, start: 0, size: head.size }]), shape);
  }
  return undefined;
}

/** Merges neighbouring axes that are all kept or all reduced. */
function runsOf(shape: readonly number[], axes: readonly number[]): { kept: boolean; size: number }[] {
  const runs: { kept: boolean; size: number }[] = [];
  for (const [axis, extent] of shape.entries()) {
    if (extent === 1) continue;
    const kept = !axes.includes(axis);
    const last = runs.at(-1);
    if (last?.kept === kept) last.size *= extent;
    else runs.push({ kept, size: extent });
  }
  return runs;
}

/** onnxruntime divides a single image by positions, but several images by image; so a second image is added. */
function oneImage(node: Node, [x, ...others]: readonly Value[], g: GraphBuilder): Value | undefined {
  if (x?.shape[0] !== 1) return undefined;
  const shape = first(node).shape.with(0, 2);
  const both = g.one(node.op, [concat(g, [x, x], 0), ...others], node.attributes, shape, x.dtype);
  return slice(g, both, [{ axis: 0, start: 0, size: 1 }]);
}

/**
 * A transposed convolution is a matrix product over the K channels of dy. If K is too long for one sum, it is
 * computed in parts, which are then added.
 */
function manyChannels(node: Node, [dy, filter]: readonly Value[], g: GraphBuilder): Value | undefined {
  const channels = dy?.shape[1] ?? 0;
  if (!dy || !filter || node.attributes.group !== 1 || channels <= ONE_SUM) return undefined;
  const [rows, columns] = [sizeOf(filter.shape.slice(1)), sizeOf(dy.shape.slice(2))];
  if (columns <= rows) return undefined;
  const { shape, dtype } = first(node);
  const parts = Array.from({ length: Math.ceil(channels / ONE_SUM) }, (_, part) => {
    const start = part * ONE_SUM;
    const size = Math.min(ONE_SUM, channels - start);
    const operands = [slice(g, dy, [{ axis: 1, start, size }]), slice(g, filter, [{ axis: 0, start, size }])];
    return g.one(node.op, operands, node.attributes, shape, dtype);
  });
  return parts.slice(1).reduce((sum, part) => elementwise(g, 'Add', [sum, part]), at(parts, 0));
}

/**
 * `Log` computes several elements at once, except at the end of each thread's part, where it computes one by one with
 * other bits. `ReduceLogSum` always computes one by one.
 */
function logarithm(_: Node, [x]: readonly Value[], g: GraphBuilder): Value | undefined {
  const { shape, dtype } = x ?? { shape: [], dtype: 'float32' };
  if (!x || sizeOf(shape) < 1024) return undefined;
  const single = reshape(g, x, [...shape, 1]);
  return g.one('ReduceLogSum', [single], { axes: [shape.length], keepdims: 0 }, shape, dtype);
}
