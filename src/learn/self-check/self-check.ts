import { createHash } from 'node:crypto';
import type { Tensors } from '../../engine/engine.ts';
import { Failure } from '../../failure.ts';
import type { Progress } from '../../kind/kind.ts';
import { toAttackBatch } from '../attack/attack-batch.ts';
import type { AttackResult } from '../attack/attack-result.ts';
import type { Target } from '../attack/attacker.ts';
import { type AttackSettings, createAttack } from '../attack/attacks.ts';
import { rowsOfBatch } from '../attack/batch-rows.ts';
import type { Dataset } from '../data/dataset.ts';
import { type Check, type Finding, type Level, rowsWhere, type Skipped } from './check.ts';
import { checks } from './checks.ts';
import { Probe } from './probe.ts';
import { type Digests, isIterative, type Sample, type Subject } from './subject.ts';

export type CheckResult = { readonly name: string; readonly level: Level } & (
  | ({ readonly state: 'passed' | 'failed' } & Omit<Finding, 'passed'>)
  | { readonly state: 'skipped'; readonly message: string }
);

export interface SelfCheckOptions {
  readonly target: Target;
  readonly settings: AttackSettings;
  readonly dataset: Dataset;
  readonly seed: number;
  /** Includes the adversarial images of the sample, in its order. */
  readonly result: AttackResult;
  readonly digests: Digests;
  /** Examples to probe, from `sampleOf`; empty: checks that run the model are skipped. */
  readonly sample: readonly number[];
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/**
 * The examples to probe: `count` of them, evenly spaced, and no more than the batch size of the cell. It is one less
 * if that equals the number of rows in the cell's batches, so that another batch size is tested.
 */
export function sampleOf(total: number, count: number, batchSize: number): number[] {
  const wanted = Math.min(total, count, batchSize);
  const rows = wanted > 1 && wanted === rowsOfBatch(total, batchSize) ? wanted - 1 : wanted;
  return Array.from({ length: rows }, (_, k) => Math.floor((k * total) / rows));
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
    await sample?.probe.dispose();
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
    if (!(level === 'warning' && error instanceof Failure && error.reason === 'not-finite')) throw error;
    const message = `The check could not be made, because its probe failed: ${error.message} Check how the model behaves near its images before you trust the number.`;
    return { passed: false, measured: 1, limit: 0, message };
  }
}

async function sampleFor(options: SelfCheckOptions): Promise<Sample> {
  const { target, settings, dataset, seed, result, sample: examples } = options;
  const of = (name: string) => examples.map((example) => result.examples[name]?.data[example] ?? 0);
  const ints = (name: string) => ({ shape: [examples.length], data: Int32Array.from(of(name)) });
  const { adversarial } = result.examples;
  const clean = of('cleanCorrect').map((right) => right === 1);
  // Uses the random streams of the attack, so that it starts at the same points and takes the same steps.
  const batch = toAttackBatch(dataset, Int32Array.from(examples), seed);
  return {
    examples,
    probe: new Probe(target, batch, rowsWhere(clean)),
    clean,
    robust: of('robustCorrect').map((right) => right === 1),
    found: {
      ...(adversarial && { adversarial }),
      predicted: ints('predicted'),
      loss: { shape: [examples.length], data: Float32Array.from(of('loss')) },
    },
    iterative: isIterative(settings) ? await alone(settings) : undefined,
  };
}

/** The attack with one start; for a cascade, its first attack that uses gradients. */
async function alone(settings: AttackSettings) {
  const name = settings.name === 'autoattack' ? 'apgd-ce' : settings.name;
  const attack = await createAttack({ ...settings, name, restarts: 1 });
  return 'members' in attack ? undefined : attack;
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
