import type { Subject } from './subject.ts';

/** An error fails the cell, because its numbers mean nothing. A warning is printed under the tables. */
export type Level = 'error' | 'warning';

/** The result of a check. */
export interface Finding {
  readonly passed: boolean;
  /** The measured value, in the unit of the limit. */
  readonly measured: number;
  /** The largest value that passes. */
  readonly limit: number;
  /** What was found and, if the check failed, what to do. */
  readonly message: string;
}

/** Why a check does not apply. */
export interface Skipped {
  readonly skipped: string;
}

export interface Check {
  /** In kebab case. */
  readonly name: string;
  readonly level: Level;
  run(subject: Subject): Promise<Finding | Skipped>;
}

/**
 * A finding that passes up to a limit.
 * @param advice is added to the message if it fails
 */
export function within(measured: number, limit: number, told: string, advice = ''): Finding {
  const passed = measured <= limit;
  return { passed, measured, limit, message: passed || !advice ? told : `${told} ${advice}` };
}

export function skip(why: string): Skipped {
  return { skipped: why };
}

/**
 * Number of standard errors that are allowed for a small sample: there are hundreds of cells with a dozen checks
 * each.
 */
export const errorsAllowed = 3;

/** The largest count, out of `size`, that is plausible for a true share (binomial). */
export function atMost(share: number, size: number): number {
  return share * size + errorsAllowed * Math.sqrt(size * share * (1 - share));
}

/**
 * How many more examples `other` breaks than `own`, net, and the limit for it: a share of all examples plus the
 * standard errors of the number in such a small sample (as in McNemar's test).
 * @param own whether each example withstands the attack; `other` likewise, for the same examples
 */
export function excess(
  own: readonly boolean[],
  other: readonly boolean[],
  share: number,
): { count: number; limit: number } {
  const won = own.filter((robust, row) => robust && !other[row]).length;
  const lost = own.filter((robust, row) => !robust && other[row]).length;
  return { count: won - lost, limit: share * own.length + errorsAllowed * Math.sqrt(won + lost) };
}

/** `count` of the numbers 0 … total - 1, evenly spaced. @param count at most `total` */
export function spread(total: number, count: number): number[] {
  return Array.from({ length: count }, (_, k) => Math.floor((k * total) / count));
}

export function count(flags: readonly boolean[]): number {
  return flags.filter(Boolean).length;
}

/** The rows whose flag is true, ascending. */
export function rowsWhere(flags: readonly boolean[]): number[] {
  return [...flags.keys()].filter((row) => flags[row]);
}
