import type { GraphBuilder } from '../builder.ts';
import type { Value } from '../graph.ts';
import { broadcastShape } from './elementwise.ts';

/** Matrix product over the last two axes, optionally with transposed operands; the axes before them are broadcast. */
export function matMul(g: GraphBuilder, a: Value, b: Value, transposeA = false, transposeB = false): Value {
  const [m, n] = [a.shape.at(transposeA ? -1 : -2) ?? 1, b.shape.at(transposeB ? -2 : -1) ?? 1];
  const shape = [...broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2)), m, n];
  if (!transposeA && !transposeB) return g.one('MatMul', [a, b], {}, shape, a.dtype);
  const attributes = { transA: Number(transposeA), transB: Number(transposeB) };
  // Not Gemm: onnxruntime reorders a transposed Gemm, which would undo what the pass `steady` did.
  return g.one('FusedMatMul', [a, b], attributes, shape, a.dtype);
}
