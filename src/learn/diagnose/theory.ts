import type { Engine, HostTensor, Tensors } from '../../engine/engine.ts';
import { softmaxCrossEntropy } from '../../engine/ops/softmax.ts';
import { perturbAudited, toAttackBatch } from '../attack/attack-batch.ts';
import { floats, output } from '../attack/gradient-step.ts';
import { type PgdSettings, pgd } from '../attack/pgd.ts';
import type { Batch } from '../data/batch.ts';
import { batchOf } from '../data/examples.ts';
import { checkDataset, weightsFor } from '../model/fit.ts';
import type { Model } from '../model/model.ts';
import { rank2, rank4 } from '../model/rank.ts';
import { stream } from '../random/stream.ts';
import { group, withPrefix } from '../train/names.ts';
import { type MeasureOptions, measureExamples } from './measure-examples.ts';
import { type OutputDistance, outputDistance } from './output-distance.ts';

export interface TheoryOptions extends MeasureOptions {
  readonly engine: Engine;
  readonly student: Net;
  readonly teacher: Net;
  readonly attack: PgdSettings;
  readonly distance: OutputDistance;
  /** Mixup with λ ~ Beta(alpha, alpha) for each example; 0: no mixing. */
  readonly alpha: number;
  readonly seed: number;
}

interface Net {
  readonly model: Model;
  readonly weights: Tensors;
}

/**
 * The terms of the bound of Awais et al. (2021) for each example, both networks in `eval` mode. Returns float32
 * [examples]: the cross entropies `student-natural`, `student-adversarial`, `teacher-natural`, `teacher-adversarial`
 * (each network under PGD against itself), and the distances of the outputs `clean`, `adversarial` (at the student's
 * adversarial images) and `mix` (the example mixed with another one of the data set).
 * @throws Failure `empty-dataset`, `shape-mismatch`, `not-finite`, `bad-attack`
 */
export async function theory(options: TheoryOptions): Promise<Tensors> {
  const { engine, student, teacher, dataset, seed, alpha } = options;
  for (const { model } of [student, teacher]) checkDataset(model, dataset);
  const compare = comparison(options);
  const attacker = ({ model, weights }: Net) =>
    pgd(options.attack)({ engine, model, weights: weightsFor(model, weights) });
  const [onStudent, onTeacher] = [attacker(student), attacker(teacher)];
  const partners = stream(seed, 'theory/partners').permutation(dataset.labels.length);
  try {
    return await measureExamples(options, async (indices) => {
      const batch = await toAttackBatch(dataset, indices, seed);
      const compareAt = (images: HostTensor) => compare.run({ images, labels: batch.labels });
      const clean = await compareAt(batch.images);
      const mixed = await compareAt(await mixedWith(batch, indices, { dataset, partners, alpha, seed }));
      const attacked = await compareAt((await perturbAudited(onStudent, batch)).images);
      const teachers = await compareAt((await perturbAudited(onTeacher, batch)).images);
      return {
        'student-natural': output(clean, 'student'),
        'student-adversarial': output(attacked, 'student'),
        'teacher-natural': output(clean, 'teacher'),
        'teacher-adversarial': output(teachers, 'teacher'),
        clean: output(clean, 'distance'),
        mix: output(mixed, 'distance'),
        adversarial: output(attacked, 'distance'),
      };
    });
  } finally {
    for (const one of [compare, onStudent, onTeacher]) await one.dispose();
  }
}

/** Computes the cross entropies of both networks, and their distance, for each image. */
function comparison({ engine, student, teacher, distance }: TheoryOptions) {
  const fixed = {
    ...withPrefix('student', weightsFor(student.model, student.weights)),
    ...withPrefix('teacher', weightsFor(teacher.model, teacher.weights)),
  };
  return engine.compile(
    'diagnose/compare',
    ({ images, labels, ...weights }) => {
      if (!images || !labels) throw new Error('An input was not given');
      const logits = (role: 'student' | 'teacher', { model }: Net) =>
        model.forward(group(role, weights), rank4(images), 'eval').logits;
      const [ofStudent, ofTeacher] = [logits('student', student), logits('teacher', teacher)];
      return {
        student: softmaxCrossEntropy(ofStudent, rank2(labels)),
        teacher: softmaxCrossEntropy(ofTeacher, rank2(labels)),
        distance: outputDistance(ofTeacher, ofStudent, distance),
      };
    },
    { fixed },
  );
}

interface Mixing extends Pick<TheoryOptions, 'dataset' | 'alpha' | 'seed'> {
  /** For each example of the data set, the one that it is mixed with. */
  readonly partners: Int32Array;
}

/**
 * λ · image + (1 - λ) · image of the partner. There is one λ for each example, while training has one for each batch:
 * the mean then varies less, and does not depend on how examples are grouped into batches.
 */
async function mixedWith(
  { images }: Batch,
  indices: Int32Array,
  { dataset, partners, alpha, seed }: Mixing,
): Promise<HostTensor> {
  if (alpha <= 0) return images;
  const partnersOf = { indices: indices.map((index) => partners[index] ?? index) };
  const others = floats((await batchOf(dataset, partnersOf)).images);
  const own = floats(images);
  const width = own.length / indices.length;
  const lambdas = Array.from(indices, (index) => stream(seed, 'theory/mixup', index).beta(alpha, alpha));
  const data = own.map((pixel, place) => {
    const lambda = lambdas[Math.floor(place / width)] ?? 1;
    return lambda * pixel + (1 - lambda) * (others[place] ?? 0);
  });
  return { shape: images.shape, data };
}
