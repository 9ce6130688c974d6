import type { HostTensor, Tensors } from '../../engine/engine.ts';
import type { Batch } from '../data/batch.ts';
import { batchOf, type Examples } from '../data/examples.ts';
import { predictions } from '../loss/accuracy.ts';
import { stream } from '../random/stream.ts';
import type { AttackBatch, Attacker, Perturbed } from './attacker.ts';
import { auditPerturbation } from './audit.ts';
import { firstRows, rowsAt } from './batch-rows.ts';
import type { Classifier } from './classify.ts';

export interface BatchAttack {
  readonly attacker: Attacker;
  readonly classify: Classifier;
  /** For a transfer attack: the surrogate. */
  readonly classifySurrogate?: Classifier | undefined;
  keepsImage(example: number): boolean;
}

/**
 * Attacks a batch of examples, checks the images and classifies them again.
 * @param clean the batch; its last example may be repeated to fill it
 * @param indices of its examples in the data set
 * @returns the tensors of `AttackResult.examples` and `gradientNorms`, one row for each of `indices`; `adversarial`
 * has one row for each example whose image is kept
 * @throws Failure `out-of-bounds`, `not-finite`
 */
export async function attackBatch(
  { attacker, classify, classifySurrogate, keepsImage }: BatchAttack,
  clean: AttackBatch,
  indices: Int32Array,
): Promise<Tensors> {
  const size = clean.images.shape[0] ?? 0;
  const { images, gradientNorms, distances } = await perturbAudited(attacker, clean);
  const fooled = classifySurrogate && (await verdict(classifySurrogate, clean, images));
  const found: Tensors = {
    ...(await verdict(classify, clean, images)),
    ...(fooled && { surrogateCorrect: fooled.robustCorrect, surrogateLoss: fooled.loss }),
    gradientNorms: { shape: [size], data: gradientNorms ?? new Float32Array(size).fill(1) },
    ...(distances && { distance: { shape: [size], data: distances } }),
  };
  const kept = [...indices.keys()].filter((row) => keepsImage(at(indices, row)));
  return {
    ...firstRows(found, indices.length),
    ...(kept.length > 0 && { adversarial: rowsAt(images, kept) }),
  };
}

/** Classifies the clean and the adversarial images of a batch. */
async function verdict(classify: Classifier, { images, labels }: Batch, adversarial: HostTensor) {
  const before = await classify.run(images, labels);
  const after = adversarial === images ? before : await classify.run(adversarial, labels);
  const expected = predictions(labels);
  const isRight = (predicted: Int32Array) =>
    predicted.map((label, row) => Number(label === at(expected, row)));
  const cleanCorrect = isRight(before.predicted);
  const robustCorrect = isRight(after.predicted).map((right, row) => right * at(cleanCorrect, row));
  const shape = [expected.length];
  return {
    cleanCorrect: { shape, data: cleanCorrect },
    robustCorrect: { shape, data: robustCorrect },
    predicted: { shape, data: after.predicted },
    cleanLoss: { shape, data: before.loss },
    loss: { shape, data: after.loss },
  };
}

/** The batch for an attack. */
export async function toAttackBatch(
  dataset: Examples,
  indices: Int32Array,
  seed: number,
): Promise<AttackBatch> {
  return { ...(await batchOf(dataset, { indices })), random: randomOf(indices, seed) };
}

/** The random streams of a batch of these examples. They depend on the example, not on the batch. */
export function randomOf(indices: Int32Array, seed: number): AttackBatch['random'] {
  return (name, row, ...counters) => stream(seed, `attack/${name}`, at(indices, row), ...counters);
}

/**
 * Attacks a batch and checks the images.
 * @throws Failure `out-of-bounds`, `not-finite`
 */
export async function perturbAudited(attacker: Attacker, batch: AttackBatch): Promise<Perturbed> {
  const perturbed = await attacker.perturb(batch);
  auditPerturbation(batch.images.data, perturbed.images.data, attacker.epsilon);
  return perturbed;
}

function at(values: Int32Array, row: number): number {
  return values[row] as number; // callers stay within the batch
}
