import type { Tensors } from '../../engine/engine.ts';
import { batchesOf, type Examples } from '../data/examples.ts';
import { attackBatch, randomOf } from './attack-batch.ts';
import type { Attacker } from './attacker.ts';
import { padded, rowsOfBatch } from './batch-rows.ts';
import type { Classifier } from './classify.ts';

/** An attack on some examples of a data set. */
export interface ExamplesAttack {
  readonly attacker: Attacker;
  /** Of the model whose accuracy is measured. */
  readonly classify: Classifier;
  readonly classifySurrogate: Classifier | undefined;
  readonly dataset: Examples;
  /** Indices in the data set, ascending. */
  readonly examples: Int32Array;
  /** Maximum number of examples at once. */
  readonly batchSize: number;
  readonly seed: number;
  keepsImage(example: number): boolean;
}

export interface AttackedBatch {
  readonly indices: Int32Array;
  /** Place of the first of `indices` in the examples. */
  readonly first: number;
  /** Number of batches up to this one, and of all. */
  readonly done: number;
  readonly total: number;
  /** Attacks the batch; see `attackBatch`. */
  find(): Promise<Tensors>;
}

/** Goes through the batches of some examples in order. */
export async function attackInBatches(
  { dataset, examples, batchSize, seed, ...attack }: ExamplesAttack,
  each: (batch: AttackedBatch) => Promise<void>,
): Promise<void> {
  const size = rowsOfBatch(examples.length, batchSize);
  const total = Math.ceil(examples.length / size);
  const indicesOf = (index: number) => examples.subarray(index * size, (index + 1) * size);
  const read = batchesOf(dataset, total, (index) => ({ indices: padded(indicesOf(index), size) }));
  for (let index = 0; index < total; index += 1) {
    const indices = indicesOf(index);
    const find = async () =>
      attackBatch(attack, { ...(await read(index)), random: randomOf(padded(indices, size), seed) }, indices);
    await each({ indices, first: index * size, done: index + 1, total, find });
  }
}
