import type { HostTensor, Tensors } from '../../engine/engine.ts';
import type { AttackBatch } from './attacker.ts';

/**
 * Batch size for `total` examples. Batches are equally large, so that only one shape is compiled and little padding
 * is needed.
 */
export function rowsOfBatch(total: number, batchSize: number): number {
  return Math.ceil(total / Math.ceil(total / batchSize));
}

/** The given rows of a tensor, in the given order. */
export function rowsAt(tensor: HostTensor, rows: readonly number[]): HostTensor {
  const kept = emptyRows(tensor, rows.length);
  const size = tensor.data.length / (tensor.shape[0] ?? 1);
  rows.forEach((row, place) => {
    kept.data.set(tensor.data.subarray(row * size, (row + 1) * size), place * size);
  });
  return kept;
}

/** A tensor of zeros with the type and the shape of another, but with this number of rows. */
export function emptyRows({ shape: [given = 1, ...rest], data }: HostTensor, rows: number): HostTensor {
  const length = (data.length / given) * rows;
  return {
    shape: [rows, ...rest],
    data: data instanceof Float32Array ? new Float32Array(length) : new Int32Array(length),
  };
}

/** The rows in the given places of a list of rows. */
export function rowsIn(rows: readonly number[], places: readonly number[]): number[] {
  return places.map((place) => rows[place] as number); // places are those of rows
}

/** The batch of some examples of a batch. Each keeps its random streams. */
export function someOf(batch: AttackBatch, rows: readonly number[]): AttackBatch {
  if (rows.length === batch.images.shape[0]) return batch;
  return {
    images: rowsAt(batch.images, rows),
    labels: rowsAt(batch.labels, rows),
    random: (name, row, ...counters) => batch.random(name, rows[row] as number, ...counters), // row is of this batch
  };
}

/** Repeats the last index until there are `size` of them, so that all batches have one shape. */
export function padded(indices: Int32Array, size: number): Int32Array {
  const last = indices[indices.length - 1] ?? 0;
  return Int32Array.from({ length: size }, (_, row) => indices[row] ?? last);
}

/** The first rows of each tensor. */
export function firstRows(tensors: Tensors, count: number): Tensors {
  const rows = ({ shape, data }: HostTensor): HostTensor => {
    const [all = 0, ...rest] = shape;
    return { shape: [count, ...rest], data: data.slice(0, (data.length / all) * count) };
  };
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, rows(tensor)]));
}
