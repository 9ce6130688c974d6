import type { Tensors } from '../../engine/engine.ts';
import type { Progress } from '../../kind/kind.ts';
import type { Dataset } from '../data/dataset.ts';
import { checkDataset, weightsFor } from '../model/fit.ts';
import { attackBatch } from './attack-batch.ts';
import type { AttackResult } from './attack-result.ts';
import type { AttackBuilder, Attacker, Target } from './attacker.ts';
import { type Classifier, classifier } from './classify.ts';
import { ExampleResults } from './example-results.ts';

/** Attacks one after another, each on those examples alone that withstood the ones before it. */
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
  /** The greatest number of examples that are attacked at once. Results do not depend on it, but for float32 rounding. */
  readonly batchSize: number;
  readonly seed: number;
  /**
   * For a transfer attack: the model that is attacked instead. `model` judges the images and has no say in which: in a cascade
   * each example has the one that is worst for the surrogate, and its clean image where the surrogate is wrong about that.
   */
  readonly surrogate?: Pick<Target, 'model' | 'weights'> | undefined;
  /** Whether the adversarial images are part of the result: all of them, or those of these examples. */
  readonly keepImages?: boolean | ReadonlySet<number> | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  readonly checkpoints?: BatchCheckpoints | undefined;
}

/** Where the results of each batch are left, by the number of its first example and the place of the attack in a cascade. */
export interface BatchCheckpoints {
  load(first: number, member: number): Promise<Tensors | undefined>;
  save(first: number, results: Tensors, member: number): Promise<void>;
}

/**
 * Attacks a model in `eval` mode on a data set. What an attack gives is checked against its bounds and classified anew.
 * @throws Failure `out-of-bounds`, `not-finite`, `empty-dataset`, `shape-mismatch`
 */
export async function attack(options: AttackOptions): Promise<AttackResult> {
  const judge = fitting(options, options);
  const surrogate = options.surrogate && fitting(options, options.surrogate, 'surrogate');
  const cascade = 'members' in options.attack ? options.attack.members : undefined;
  const members = cascade ?? [{ name: 'attack', attack: options.attack as AttackBuilder }]; // not a cascade
  // Made ready before any is run: one that does not fit the model fails at once.
  const attackers = members.map(({ attack }) => attack(surrogate ?? judge));
  const classify = classifier(judge);
  const classifySurrogate = surrogate && classifier(surrogate);
  const { keepImages = false } = options;
  const keepsImage = (example: number) =>
    typeof keepImages === 'boolean' ? keepImages : keepImages.has(example);
  const results = new ExampleResults(options.dataset, keepsImage);
  const after: { name: string; robustAccuracy: number }[] = [];
  try {
    for (const [member, attacker] of attackers.entries()) {
      const examples = results.robust();
      if (examples.length === 0) break;
      const name = members[member]?.name ?? '';
      await attackExamples(options, {
        member,
        name,
        attacker,
        examples,
        classify,
        classifySurrogate,
        results,
        keepsImage,
      });
      await attacker.dispose(); // its graphs are not needed any more
      after.push({ name, robustAccuracy: results.robustAccuracy() });
    }
    return { ...results.summary(), ...(cascade && { after }) };
  } finally {
    await classify.dispose();
    await classifySurrogate?.dispose();
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

interface Run {
  readonly member: number;
  readonly name: string;
  readonly attacker: Attacker;
  /** Of the data set, in ascending order. */
  readonly examples: Int32Array;
  readonly classify: Classifier;
  readonly classifySurrogate: Classifier | undefined;
  readonly results: ExampleResults;
  keepsImage(example: number): boolean;
}

/** How many examples are attacked at once: batches are equal, so that there is one shape to compile and little padding. */
export function rowsOfBatch(total: number, batchSize: number): number {
  return Math.ceil(total / Math.ceil(total / batchSize));
}

async function attackExamples(options: AttackOptions, run: Run): Promise<void> {
  const { checkpoints, onProgress } = options;
  const { member, name, examples, results } = run;
  const total = examples.length;
  const size = rowsOfBatch(total, options.batchSize);
  for (let first = 0; first < total; first += size) {
    const indices = examples.subarray(first, first + size);
    const saved = await checkpoints?.load(first, member);
    const batch = saved && saved.predicted?.shape[0] === indices.length ? saved : undefined;
    const found = batch ?? (await attackBatch({ ...options, ...run }, indices, size));
    if (!batch) await checkpoints?.save(first, found, member);
    results.add(indices, found);
    onProgress?.({
      phase: name,
      done: Math.ceil((first + indices.length) / size),
      total: Math.ceil(total / size),
      unit: 'batch',
      accuracy: results.robustAccuracy(),
    });
  }
}
