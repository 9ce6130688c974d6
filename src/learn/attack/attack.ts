import type { Tensors } from '../../engine/engine.ts';
import type { Progress } from '../../kind/kind.ts';
import type { Dataset } from '../data/dataset.ts';
import { checkDataset, weightsFor } from '../model/fit.ts';
import { attackBatch, type BatchAttack } from './attack-batch.ts';
import type { AttackResult } from './attack-result.ts';
import type { AttackBuilder, Attacker, Target } from './attacker.ts';
import { classifier } from './classify.ts';
import { ExampleResults } from './example-results.ts';
import { none } from './none.ts';

/** Attacks that run one after another, each only on the examples that withstood the previous ones. */
export interface Cascade {
  readonly members: readonly CascadeMember[];
}

export interface CascadeMember {
  readonly name: string;
  readonly attack: AttackBuilder;
}

export interface AttackOptions extends Target {
  readonly attack: AttackBuilder | Cascade;
  readonly dataset: Dataset;
  /** Maximum number of examples that are attacked at once. Apart from float32 rounding, results do not depend on it. */
  readonly batchSize: number;
  readonly seed: number;
  /**
   * For a transfer attack: the model on which the images are made; `model` only classifies them. In a cascade, each
   * example gets the image that is worst for the surrogate, or its clean image if the surrogate misclassifies that.
   */
  readonly surrogate?: Pick<Target, 'model' | 'weights'> | undefined;
  /** Whether the result contains the adversarial images: all of them, or those of the given examples. */
  readonly keepImages?: boolean | ReadonlySet<number> | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  readonly snapshots?: BatchSnapshots | undefined;
}

/** Stores the results of each batch, by the index of its first example and the position of the attack in a cascade. */
export interface BatchSnapshots {
  load(first: number, member: number): Promise<Tensors | undefined>;
  save(first: number, results: Tensors, member: number): Promise<void>;
}

/**
 * Attacks a model in `eval` mode on a data set. The images of the attack are checked against its bounds and
 * classified again. Examples that are wrong without an attack are not attacked and keep their clean image; in a
 * transfer attack, those that are wrong for both models.
 * @throws Failure `out-of-bounds`, `not-finite`, `empty-dataset`, `shape-mismatch`
 */
export async function attack(options: AttackOptions): Promise<AttackResult> {
  const judge = fitting(options, options);
  const surrogate = options.surrogate && fitting(options, options.surrogate, 'surrogate');
  const cascade = 'members' in options.attack ? options.attack.members : undefined;
  const members = cascade ?? [{ name: 'attack', attack: options.attack as AttackBuilder }]; // not a cascade
  // All attacks are prepared before the first one runs, so that one that does not fit the model fails at once.
  const attackers = members.map(({ attack }) => attack(surrogate ?? judge));
  const models = { judge, surrogate };
  const { keepImages = false } = options;
  const keepsImage = (example: number) =>
    typeof keepImages === 'boolean' ? keepImages : keepImages.has(example);
  const results = new ExampleResults(options.dataset, keepsImage);
  const after: { name: string; robustAccuracy: number }[] = [];
  try {
    if (!cascade) await startFromClean(options, { models, results, keepsImage });
    for (const [member, attacker] of attackers.entries()) {
      const examples = cascade ? results.robust() : results.rightClean();
      if (examples.length === 0) break;
      const name = members[member]?.name ?? '';
      await attackExamples(options, { member, name, attacker, examples, models, results, keepsImage });
      await attacker.dispose(); // its graphs are no longer needed
      after.push({ name, robustAccuracy: results.robustAccuracy() });
    }
    return { ...results.summary(), ...(cascade && { after }) };
  } finally {
    for (const attacker of attackers) await attacker.dispose();
  }
}

/** @throws Failure `empty-dataset`, `shape-mismatch` */
function fitting(
  { engine, dataset }: AttackOptions,
  { model, weights }: Pick<Target, 'model' | 'weights'>,
  role?: string,
): Target {
  checkDataset(model, dataset, role);
  return { engine, model, weights: weightsFor(model, weights) };
}

interface Models {
  /** The model whose accuracy is measured. */
  readonly judge: Target;
  readonly surrogate: Target | undefined;
}

interface Results {
  readonly models: Models;
  readonly results: ExampleResults;
  keepsImage(example: number): boolean;
}

interface Run extends Results {
  readonly member: number;
  readonly name: string;
  readonly attacker: Attacker;
  /** Indices in the data set, ascending. */
  readonly examples: Int32Array;
}

/**
 * Batch size for `total` examples. Batches are equally large, so that only one shape is compiled and little padding
 * is needed.
 */
export function rowsOfBatch(total: number, batchSize: number): number {
  return Math.ceil(total / Math.ceil(total / batchSize));
}

/** The results without an attack, which are final for examples that are already wrong. */
async function startFromClean(
  options: AttackOptions,
  { models, results, keepsImage }: Results,
): Promise<void> {
  const total = options.dataset.labels.length;
  const size = rowsOfBatch(total, options.batchSize);
  const attacker = none(models.judge);
  await withClassifiers(models, async (classifiers) => {
    for (const indices of batchesOf(
      Int32Array.from({ length: total }, (_, example) => example),
      size,
    )) {
      const batch = { ...options, ...classifiers, attacker, keepsImage };
      results.start(indices, await attackBatch(batch, indices, size));
    }
  });
}

async function attackExamples(options: AttackOptions, run: Run): Promise<void> {
  const { snapshots, onProgress } = options;
  const { member, name, examples, models, results } = run;
  const total = examples.length;
  const size = rowsOfBatch(total, options.batchSize);
  await withClassifiers(models, async (classifiers) => {
    for (const [index, indices] of batchesOf(examples, size).entries()) {
      const first = index * size;
      const saved = await snapshots?.load(first, member);
      const batch = saved && saved.predicted?.shape[0] === indices.length ? saved : undefined;
      const found = batch ?? (await attackBatch({ ...options, ...run, ...classifiers }, indices, size));
      if (!batch) await snapshots?.save(first, found, member);
      results.add(indices, found);
      onProgress?.({
        phase: name,
        done: index + 1,
        total: Math.ceil(total / size),
        unit: 'batch',
        accuracy: results.robustAccuracy(),
      });
    }
  });
}

function batchesOf(examples: Int32Array, size: number): Int32Array[] {
  return Array.from({ length: Math.ceil(examples.length / size) }, (_, index) =>
    examples.subarray(index * size, (index + 1) * size),
  );
}

/** Each attack has classifiers of its own, because the first run of a classifier tells it the size of a full batch. */
async function withClassifiers(
  { judge, surrogate }: Models,
  run: (classifiers: Pick<BatchAttack, 'classify' | 'classifySurrogate'>) => Promise<void>,
): Promise<void> {
  const classify = classifier(judge);
  const classifySurrogate = surrogate && classifier(surrogate);
  try {
    await run({ classify, classifySurrogate });
  } finally {
    await classify.dispose();
    await classifySurrogate?.dispose();
  }
}
