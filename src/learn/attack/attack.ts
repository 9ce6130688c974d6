import type { HostTensor, Tensors } from '../../engine/engine.ts';
import type { Progress } from '../../kind/kind.ts';
import { toBatch } from '../data/batch.ts';
import type { Dataset } from '../data/dataset.ts';
import { checkDataset, weightsFor } from '../model/fit.ts';
import { stream } from '../random/stream.ts';
import type { AttackBatch, AttackBuilder, Attacker, Target } from './attacker.ts';
import { auditPerturbation } from './audit.ts';
import { type Classifier, classifier } from './classify.ts';
import { ExampleResults } from './example-results.ts';
import { floats } from './gradient-step.ts';

export interface AttackOptions extends Target {
  readonly attack: AttackBuilder;
  readonly dataset: Dataset;
  /** The greatest number of examples that are attacked at once. Results do not depend on it, but for float32 rounding. */
  readonly batchSize: number;
  readonly seed: number;
  /** Whether the adversarial images are part of the result. */
  readonly keepImages?: boolean | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  readonly checkpoints?: BatchCheckpoints | undefined;
}

/** Where the results of each batch are left, by the number of its first example. */
export interface BatchCheckpoints {
  load(first: number): Promise<Tensors | undefined>;
  save(first: number, results: Tensors): Promise<void>;
}

export interface AttackResult {
  /** In [0, 1]. */
  readonly cleanAccuracy: number;
  /** Share of examples that are right both clean and under attack, in [0, 1]. */
  readonly robustAccuracy: number;
  /** Share of examples whose first gradient was all zeros; 0 for attacks without gradients. */
  readonly zeroGradients: number;
  /**
   * Of each example, in the order of the data set: `cleanCorrect`, `robustCorrect` (0 or 1), `predicted` (under attack),
   * all int32; `cleanLoss` and `loss` (cross entropy), float32; `adversarial` images, if they were asked for; `distance` to
   * the nearest misclassified image, of attacks that look for it.
   */
  readonly examples: Tensors;
}

/**
 * Attacks a model in `eval` mode on a data set. What an attack gives is checked against its bounds and classified anew.
 * @throws Failure `out-of-bounds`, `not-finite`, `empty-dataset`, `shape-mismatch`
 */
export async function attack(options: AttackOptions): Promise<AttackResult> {
  const { dataset, checkpoints, onProgress } = options;
  const total = dataset.labels.length;
  checkDataset(options.model, dataset);
  const target = { ...options, weights: weightsFor(options.model, options.weights) };
  // Equal batches, so that there is one shape to compile and little padding.
  const batches = Math.ceil(total / options.batchSize);
  const size = Math.ceil(total / batches);
  const attacker = options.attack(target);
  const classify = classifier(target);
  const results = new ExampleResults(dataset);
  try {
    for (let first = 0; first < total; first += size) {
      const count = Math.min(size, total - first);
      const saved = await checkpoints?.load(first);
      const batch = saved && saved.predicted?.shape[0] === count ? saved : undefined;
      const found = batch ?? firstRows(await attackBatch(options, attacker, classify, first, size), count);
      if (!batch) await checkpoints?.save(first, found);
      results.add(first, found);
      const done = Math.ceil((first + count) / size);
      onProgress?.({
        phase: 'attack',
        done,
        total: batches,
        unit: 'batch',
        accuracy: results.robustAccuracy(first + count),
      });
    }
    return results.summary();
  } finally {
    await attacker.dispose();
    await classify.dispose();
  }
}

/** The examples from `first` on; past the end of the data set the last one is repeated. */
async function attackBatch(
  options: AttackOptions,
  attacker: Attacker,
  classify: Classifier,
  first: number,
  size: number,
): Promise<Tensors> {
  const { dataset, seed, keepImages } = options;
  const last = dataset.labels.length - 1;
  const indices = Int32Array.from({ length: size }, (_, row) => Math.min(first + row, last));
  const clean = toBatch(dataset, indices);
  const batch: AttackBatch = {
    ...clean,
    random: (name, row, ...counters) => stream(seed, `attack/${name}`, indices[row] ?? -1, ...counters),
  };
  const before = await classify.run(clean.images, clean.labels);
  const { images, gradientNorms, distances } = await attacker.perturb(batch);
  auditPerturbation(clean.images.data, images.data, attacker.epsilon);
  const after = await classify.run(images, clean.labels);
  const isRight = (predicted: Int32Array) =>
    predicted.map((label, row) => Number(label === dataset.labels[indices[row] ?? -1]));
  const cleanCorrect = isRight(before.predicted);
  const robust = isRight(after.predicted).map((right, row) => right * (cleanCorrect[row] ?? 0));
  return {
    cleanCorrect: { shape: [size], data: cleanCorrect },
    robustCorrect: { shape: [size], data: robust },
    predicted: { shape: [size], data: after.predicted },
    cleanLoss: { shape: [size], data: before.loss },
    loss: { shape: [size], data: after.loss },
    gradientNorms: { shape: [size], data: gradientNorms ?? new Float32Array(size).fill(1) },
    ...(distances && { distance: { shape: [size], data: distances } }),
    ...(keepImages && { adversarial: { shape: images.shape, data: floats(images) } }),
  };
}

function firstRows(tensors: Tensors, count: number): Tensors {
  const rows = ({ shape, data }: HostTensor): HostTensor => {
    const [all = 0, ...rest] = shape;
    return { shape: [count, ...rest], data: data.slice(0, (data.length / all) * count) };
  };
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, rows(tensor)]));
}
