import type { HostTensor, Tensors } from '../../engine/engine.ts';
import { toBatch } from '../data/batch.ts';
import type { Dataset } from '../data/dataset.ts';
import { stream } from '../random/stream.ts';
import type { AttackBatch, Attacker } from './attacker.ts';
import { auditPerturbation } from './audit.ts';
import type { Classifier } from './classify.ts';
import { floats } from './gradient-step.ts';

export interface BatchAttack {
  readonly attacker: Attacker;
  readonly classify: Classifier;
  readonly dataset: Dataset;
  readonly seed: number;
  readonly keepImages?: boolean | undefined;
}

/**
 * Attacks some examples at once, checks what comes out and classifies it anew.
 * @param indices of examples of the data set
 * @param size rows of the batch: past its end the last example is repeated
 * @returns the tensors of `AttackResult.examples` and `gradientNorms`, one row for each of `indices`
 * @throws Failure `out-of-bounds`, `not-finite`
 */
export async function attackBatch(
  { attacker, classify, dataset, seed, keepImages }: BatchAttack,
  indices: Int32Array,
  size: number,
): Promise<Tensors> {
  const padded = Int32Array.from({ length: size }, (_, row) =>
    at(indices, Math.min(row, indices.length - 1)),
  );
  const clean = toBatch(dataset, padded);
  const batch: AttackBatch = {
    ...clean,
    random: (name, row, ...counters) => stream(seed, `attack/${name}`, at(padded, row), ...counters),
  };
  const before = await classify.run(clean.images, clean.labels);
  const { images, gradientNorms, distances } = await attacker.perturb(batch);
  auditPerturbation(clean.images.data, images.data, attacker.epsilon);
  const after = await classify.run(images, clean.labels);
  const isRight = (predicted: Int32Array) =>
    predicted.map((label, row) => Number(label === dataset.labels[at(padded, row)]));
  const cleanCorrect = isRight(before.predicted);
  const robust = isRight(after.predicted).map((right, row) => right * at(cleanCorrect, row));
  const found: Tensors = {
    cleanCorrect: { shape: [size], data: cleanCorrect },
    robustCorrect: { shape: [size], data: robust },
    predicted: { shape: [size], data: after.predicted },
    cleanLoss: { shape: [size], data: before.loss },
    loss: { shape: [size], data: after.loss },
    gradientNorms: { shape: [size], data: gradientNorms ?? new Float32Array(size).fill(1) },
    ...(distances && { distance: { shape: [size], data: distances } }),
    ...(keepImages && { adversarial: { shape: images.shape, data: floats(images) } }),
  };
  return firstRows(found, indices.length);
}

function firstRows(tensors: Tensors, count: number): Tensors {
  const rows = ({ shape, data }: HostTensor): HostTensor => {
    const [all = 0, ...rest] = shape;
    return { shape: [count, ...rest], data: data.slice(0, (data.length / all) * count) };
  };
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, rows(tensor)]));
}

function at(values: Int32Array, row: number): number {
  return values[row] as number; // callers stay within the batch
}
