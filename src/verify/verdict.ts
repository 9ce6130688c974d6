import type { Reason } from '../plan/reasons.ts';
import type { ValueDifference } from './compare-values.ts';

/**
 * - `same`: the same to the byte, or left out by the sweep again.
 * - `within-tolerance`: other bytes, because another engine or processor rounds differently, and values near enough.
 * - `differs`: another result, and it is known what else differs.
 * - `not-reproducible`: the same fingerprint and other bytes.
 * - `edited`: the record contradicts itself or the artifact that it names.
 * - `failed`: it has no result here.
 * - `gone`, `added`: the pipeline has no such cell any more, or the record has none.
 * - `not-recorded`: the record says that it had no result.
 * - `no-values`: other bytes, because another engine or processor rounds differently, and no values to compare.
 */
export type Verdict = (typeof VERDICTS)[number];

export const VERDICTS = [
  'same',
  'within-tolerance',
  'differs',
  'not-reproducible',
  'edited',
  'failed',
  'gone',
  'added',
  'not-recorded',
  'no-values',
] as const;

/** Verdicts after which the recorded numbers do not count as verified. */
const BAD: ReadonlySet<Verdict> = new Set([
  'differs',
  'not-reproducible',
  'edited',
  'failed',
  'gone',
  'added',
]);

export interface Compared {
  readonly id: string;
  readonly stage: string;
  readonly verdict: Verdict;
  /** What is behind the verdict, where the changes do not say it. */
  readonly message?: string;
  /** What differs of what the result depends on. Not empty for a cell that is the same after a change without effect. */
  readonly changes: readonly Reason[];
  readonly values: readonly ValueDifference[];
}

/** Whether the recorded numbers hold: something was compared, and nothing is bad. */
export function holds(compared: readonly Compared[]): boolean {
  const isGood = ({ verdict }: Compared) => verdict === 'same' || verdict === 'within-tolerance';
  return compared.some(isGood) && !compared.some(({ verdict }) => BAD.has(verdict));
}
