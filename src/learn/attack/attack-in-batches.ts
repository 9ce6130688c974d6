import type { Tensors } from '../../engine/engine.ts';
import type { Dataset } from '../data/dataset.ts';
import { attackBatch } from './attack-batch.ts';
import type { Attacker, Target } from './attacker.ts';
import { rowsOfBatch } from './batch-rows.ts';
import { classifier } from './classify.ts';

/** An attack on some examples of a data set. */
export interface ExamplesAttack {
  readonly attacker: Attacker;
  /** The model whose accuracy is measured. */
  readonly judge: Target;
  readonly surrogate: Target | undefined;
  readonly dataset: Dataset;
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
  { judge, surrogate, examples, batchSize, ...attack }: ExamplesAttack,
  each: (batch: AttackedBatch) => Promise<void>,
): Promise<void> {
  // Classifiers of its own, because their first run tells them the size of a full batch: see `anyRows`.
  const classify = classifier(judge);
  const classifySurrogate = surrogate && classifier(surrogate);
  const size = rowsOfBatch(examples.length, batchSize);
  const total = Math.ceil(examples.length / size);
  try {
    for (let index = 0; index < total; index += 1) {
      const indices = examples.subarray(index * size, (index + 1) * size);
      const find = () => attackBatch({ ...attack, classify, classifySurrogate }, indices, size);
      await each({ indices, first: index * size, done: index + 1, total, find });
    }
  } finally {
    await classify.dispose();
    await classifySurrogate?.dispose();
  }
}
