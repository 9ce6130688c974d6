import type { HostTensor, Tensors } from '../../engine/engine.ts';
import type { Progress } from '../../kind/kind.ts';
import type { BatchSnapshots } from '../attack/attack.ts';
import { firstRows, padded, rowsOfBatch } from '../attack/batch-rows.ts';
import type { Examples } from '../data/examples.ts';

export interface MeasureOptions {
  readonly dataset: Examples;
  /** Maximum number of examples at once. Apart from float32 rounding, results do not depend on it. */
  readonly batchSize: number;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  readonly snapshots?: BatchSnapshots | undefined;
}

/**
 * Measures all examples of a data set in batches, resuming after the last complete one.
 * @param measure returns float32 tensors with one row for each of the indices
 * @returns these tensors, with one row for each example, in the order of the data set
 */
export async function measureExamples(
  { dataset, batchSize, onProgress, snapshots }: MeasureOptions,
  measure: (indices: Int32Array) => Promise<Tensors>,
): Promise<Tensors> {
  const total = dataset.labels.length;
  const size = rowsOfBatch(total, batchSize);
  const found: Tensors[] = [];
  for (let first = 0; first < total; first += size) {
    const count = Math.min(size, total - first);
    const indices = Int32Array.from({ length: count }, (_, row) => first + row);
    const saved = await snapshots?.load(first, 0);
    const batch = saved ?? firstRows(await measure(padded(indices, size)), count);
    if (!saved) await snapshots?.save(first, batch, 0);
    found.push(batch);
    onProgress?.({ phase: 'measure', done: found.length, total: Math.ceil(total / size), unit: 'batch' });
  }
  const names = Object.keys(found[0] ?? {});
  return Object.fromEntries(names.map((name) => [name, below(found.flatMap((batch) => batch[name] ?? []))]));
}

/** Concatenates the rows of several tensors. */
function below(parts: readonly HostTensor[]): HostTensor {
  const data = new Float32Array(parts.reduce((sum, part) => sum + part.data.length, 0));
  let start = 0;
  for (const part of parts) {
    data.set(part.data, start);
    start += part.data.length;
  }
  const rows = parts.reduce((sum, { shape }) => sum + (shape[0] ?? 0), 0);
  return { shape: [rows, ...(parts[0]?.shape.slice(1) ?? [])], data };
}
