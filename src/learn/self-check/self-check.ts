import { createHash } from 'node:crypto';
import type { Tensors } from '../../engine/engine.ts';
import { Failure } from '../../failure.ts';
import type { Progress } from '../../kind/kind.ts';
import { rowsForCache } from '../attack/any-rows.ts';
import { toAttackBatch } from '../attack/attack-batch.ts';
import type { AttackResult } from '../attack/attack-result.ts';
import type { Target } from '../attack/attacker.ts';
import { type AttackSettings, createAttack } from '../attack/attacks.ts';
import { rowsAt, rowsIn, rowsOfBatch } from '../attack/batch-rows.ts';
import { type Classifier, classifier } from '../attack/classify.ts';
import type { Examples } from '../data/examples.ts';
import { type Allowance, allowanceOf, TooExpensive } from './allowance.ts';
import { type Check, type Finding, type Level, rowsWhere, type Skipped, skip, spread } from './check.ts';
import { checks } from './checks.ts';
import { Probe } from './probe.ts';
import { type Digests, isIterative, type OutputSample, type Sample, type Subject } from './subject.ts';

export type CheckResult = { readonly name: string; readonly level: Level } & (
  | ({ readonly state: 'passed' | 'failed' } & Omit<Finding, 'passed'>)
  | { readonly state: 'skipped'; readonly message: string }
);

export interface SelfCheckOptions {
  readonly target: Target;
  readonly settings: AttackSettings;
  readonly dataset: Examples;
  readonly seed: number;
  /** Includes the adversarial images of the sample, in its order. */
  readonly result: AttackResult;
  readonly digests: Digests;
  /** Examples to probe, from `sampleOf`; empty: checks that run the model are skipped. */
  readonly sample: readonly number[];
  readonly batchSize: number;
  /**
   * Share of the passes of the attack that the checks may take at most, of which the errors are always checked.
   * Default: as many as they need.
   */
  readonly share?: number | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/**
 * The examples to probe: `count` of them, evenly spaced, and no more than the batch size of the cell. It is one less
 * if that equals the number of rows in the cell's batches, so that another batch size is tested.
 */
export function sampleOf(total: number, count: number, batchSize: number): number[] {
  const wanted = Math.min(total, count, batchSize);
  const rows = wanted > 1 && wanted === rowsOfBatch(total, batchSize) ? wanted - 1 : wanted;
  return spread(total, rows);
}

/**
 * Number of examples for `OutputSample`, out of `size`: a batch of another size than the pieces in which the cell
 * classifies `total` examples.
 */
function outputRows(size: number, total: number, batchSize: number): number {
  const piece = rowsOfBatch(rowsOfBatch(total, batchSize), rowsForCache);
  return Math.min(size, piece === 1 ? 2 : piece - 1);
}

/** Runs all checks. They do not change the results of the attack. */
export async function selfCheck(options: SelfCheckOptions): Promise<CheckResult[]> {
  const { target, settings, result, digests, onProgress } = options;
  const sample = options.sample.length > 0 ? await sampleFor(options) : undefined;
  const subject = { target, settings, result, digests, sample };
  const results: CheckResult[] = [];
  try {
    for (const check of checks) {
      const { name, level } = check;
      const found = await findingOf(check, subject);
      if ('skipped' in found) results.push({ name, level, state: 'skipped', message: found.skipped });
      else {
        const { passed, ...finding } = found;
        results.push({ name, level, state: passed ? 'passed' : 'failed', ...finding });
      }
      onProgress?.({ phase: 'self-check', done: results.length, total: checks.length, unit: 'check' });
    }
    return results;
  } finally {
    await sample?.dispose();
  }
}

/**
 * Probes can reach images where the model is not finite although the attack did not. The numbers of the attack are
 * kept then.
 */
async function findingOf({ level, run }: Check, subject: Subject): Promise<Finding | Skipped> {
  try {
    return await run(subject);
  } catch (error) {
    if (error instanceof TooExpensive) return skip(error.message);
    if (!(level === 'warning' && error instanceof Failure && error.reason === 'not-finite')) throw error;
    const message = `The check could not be made, because its probe failed: ${error.message} Check how the model behaves near its images before you trust the number.`;
    return { passed: false, measured: 1, limit: 0, message };
  }
}

async function sampleFor(options: SelfCheckOptions): Promise<Sample & { dispose(): Promise<void> }> {
  const { target, settings, dataset, seed, result, sample: examples } = options;
  const { share = Number.POSITIVE_INFINITY } = options;
  const of = (name: string) => examples.map((example) => result.examples[name]?.data[example] ?? 0);
  const clean = of('cleanCorrect').map((right) => right === 1);
  // Uses the random streams of the attack, so that it starts at the same points and takes the same steps.
  const batch = await toAttackBatch(dataset, Int32Array.from(examples), seed);
  const allowance = allowanceOf(settings, result, target.model.classes, share);
  const probe = new Probe(target, batch, rowsWhere(clean), allowance);
  const classify = classifier(target);
  return {
    examples,
    probe,
    clean,
    robust: of('robustCorrect').map((right) => right === 1),
    outputs: await outputsOf(options, classify, allowance),
    iterative: isIterative(settings) ? await alone(settings) : undefined,
    async dispose() {
      await probe.dispose();
      await classify.dispose();
    },
  };
}

async function outputsOf(
  { dataset, seed, result, sample, batchSize }: SelfCheckOptions,
  classify: Classifier,
  allowance: Allowance,
): Promise<OutputSample> {
  const rows = spread(sample.length, outputRows(sample.length, dataset.labels.length, batchSize));
  const examples = rowsIn(sample, rows);
  const { images: clean, labels } = await toAttackBatch(dataset, Int32Array.from(examples), seed);
  const of = (name: string) => examples.map((example) => result.examples[name]?.data[example] ?? 0);
  const shape = [examples.length];
  const { adversarial } = result.examples;
  return {
    look(images = clean) {
      allowance.take(rows.length);
      return classify.run(images, labels);
    },
    found: {
      ...(adversarial && { adversarial: rowsAt(adversarial, rows) }),
      predicted: { shape, data: Int32Array.from(of('predicted')) },
      loss: { shape, data: Float32Array.from(of('loss')) },
    },
  };
}

/** The attack with one start; for a cascade, its first attack that uses gradients. */
async function alone(settings: AttackSettings): Promise<Sample['iterative']> {
  const name = settings.name === 'autoattack' ? 'apgd-ce' : settings.name;
  const own = { ...settings, name, restarts: 1 };
  const attack = await createAttack(own);
  return 'members' in attack ? undefined : { attack, settings: own };
}

/** SHA-256 of the names, shapes and bytes of weights. */
export function digestOf(weights: Tensors): string {
  const hash = createHash('sha256');
  for (const [name, { shape, data }] of Object.entries(weights).sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(JSON.stringify([name, shape]));
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest('hex');
}

export function failedOf(results: readonly CheckResult[], level: Level): CheckResult[] {
  return results.filter((one) => one.level === level && one.state === 'failed');
}

/** @throws Failure `self-check-failed`, with the failed checks and their measured values */
export function refuseErrors(results: readonly CheckResult[]): void {
  const errors = failedOf(results, 'error');
  if (errors.length === 0) return;
  throw new Failure('self-check-failed', errors.map(({ name, message }) => `${name}: ${message}`).join(' '), {
    hint: 'The results of this attack would be meaningless, so they were not stored. docs/self-checks.md explains each check.',
    details: { checks: errors.map(({ name }) => name) },
  });
}
