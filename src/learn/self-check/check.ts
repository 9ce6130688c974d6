import type { Subject } from './subject.ts';

/** An error fails the cell: its numbers mean nothing. A warning stands under the tables. */
export type Level = 'error' | 'warning';

/** What a check saw. */
export interface Finding {
  readonly passed: boolean;
  /** In the unit of the limit. */
  readonly measured: number;
  /** The greatest value that passes. */
  readonly limit: number;
  /** What was found and, where it did not pass, what to do about it. */
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

/** A finding that passes up to a limit. @param advice is told where it does not pass */
export function within(measured: number, limit: number, told: string, advice = ''): Finding {
  const passed = measured <= limit;
  return { passed, measured, limit, message: passed || !advice ? told : `${told} ${advice}` };
}

export function skip(why: string): Skipped {
  return { skipped: why };
}

/** How many standard errors a small sample may be off: there are hundreds of cells with a dozen checks each. */
export const errorsAllowed = 3;

/** The greatest count that a true share of `size` explains: binomial. */
export function atMost(share: number, size: number): number {
  return share * size + errorsAllowed * Math.sqrt(size * share * (1 - share));
}

/**
 * The net number of examples that `other` breaks more than `own` does, and how many it may be: a share of all, and besides
 * it the standard errors that the number has in so small a sample (as in McNemar's test).
 * @param own whether each example withstands; so `other`, of the same examples
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

export function count(flags: readonly boolean[]): number {
  return flags.filter(Boolean).length;
}
