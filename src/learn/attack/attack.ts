import type { Tensors } from '../../engine/engine.ts';
import type { Progress } from '../../kind/kind.ts';
import type { Examples } from '../data/examples.ts';
import { checkDataset, weightsFor } from '../model/fit.ts';
import { attackInBatches, type ExamplesAttack } from './attack-in-batches.ts';
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
  readonly dataset: Examples;
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
  const { keepImages = false } = options;
  const keepsImage = (example: number) =>
    typeof keepImages === 'boolean' ? keepImages : keepImages.has(example);
  const { dataset, batchSize, seed } = options;
  // All members share them, so that they are compiled once.
  const classify = classifier(judge);
  const classifySurrogate = surrogate && classifier(surrogate);
  const run = { classify, classifySurrogate, dataset, batchSize, seed, keepsImage };
  const results = new ExampleResults(dataset, keepsImage);
  const after: { name: string; robustAccuracy: number }[] = [];
  try {
    if (!cascade) await startFromClean(run, none(judge), results);
    for (const [member, attacker] of attackers.entries()) {
      const examples = cascade ? results.robust() : results.rightClean();
      if (examples.length === 0) break;
      const name = members[member]?.name ?? '';
      await attackMember(options, { member, name, results }, { ...run, attacker, examples });
      await attacker.dispose(); // its graphs are no longer needed
      after.push({ name, robustAccuracy: results.robustAccuracy() });
    }
    return { ...results.summary(), ...(cascade && { after }) };
  } finally {
    for (const attacker of attackers) await attacker.dispose();
    await classify.dispose();
    await classifySurrogate?.dispose();
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

/** What all attacks of a cascade share. */
type Run = Omit<ExamplesAttack, 'attacker' | 'examples'>;

/** The results without an attack, which are final for examples that are already wrong. */
async function startFromClean(run: Run, attacker: Attacker, results: ExampleResults): Promise<void> {
  const examples = Int32Array.from(run.dataset.labels.keys());
  await attackInBatches({ ...run, attacker, examples }, async ({ indices, find }) => {
    results.start(indices, await find());
  });
}

async function attackMember(
  { snapshots, onProgress }: AttackOptions,
  { member, name, results }: { member: number; name: string; results: ExampleResults },
  run: ExamplesAttack,
): Promise<void> {
  await attackInBatches(run, async ({ indices, first, done, total, find }) => {
    const saved = await snapshots?.load(first, member);
    const batch = saved && saved.predicted?.shape[0] === indices.length ? saved : undefined;
    const found = batch ?? (await find());
    if (!batch) await snapshots?.save(first, found, member);
    results.add(indices, found);
    onProgress?.({ phase: name, done, total, unit: 'batch', accuracy: results.robustAccuracy() });
  });
}
