/** What a trial reached. A value that is not finite counts as diverged. */
export type Result =
  | { readonly trial: number; readonly value: number }
  | { readonly trial: number; readonly diverged: true };

export type Direction = 'maximise' | 'minimise';

/**
 * Trials from best to worst. Of equal ones, that with the lower number is better. Those that diverged are the worst.
 */
export function ranked(results: readonly Result[], direction: Direction): number[] {
  return [...results].sort((a, b) => compare(a, b, direction)).map(({ trial }) => trial);
}

/** The best trials, best first. There are fewer than `count` if others diverged: those are never taken. */
export function best(results: readonly Result[], direction: Direction, count: number): number[] {
  return ranked(results.filter(isFinal), direction).slice(0, count);
}

/**
 * The trials that go on to the next rung by successive halving (Jamieson and Talwalkar 2016, arXiv:1502.07943): the
 * best ⌊n · keep⌋ of all, and at least one unless all diverged.
 *
 * @param results those of all trials of the rung
 * @param keep in (0, 1]
 * @returns in the order of their numbers
 */
export function halving(results: readonly Result[], keep: number, direction: Direction): number[] {
  return best(results, direction, Math.max(1, kept(results.length, keep))).sort((a, b) => a - b);
}

/**
 * The trials that each result promotes to the next rung, by the rule of ASHA (Li et al. 2018, arXiv:1810.05934) in a
 * fixed order of results, whenever they arrive: a trial is promoted when it is among the ⌊m · keep⌋ best of the first
 * m results for the first time. No decision is ever taken back.
 *
 * One result promotes one trial at most. ⌊m · keep⌋ grows by 0 or 1. If it stays, only the new trial can come among
 * the best. If it grows and the new trial comes among them, there is no place for another; if not, the best of those
 * that were left out comes.
 *
 * @param results in the fixed order, without gaps: that of the trials on the lowest rung, that of their promotions on
 * the others
 * @param keep in (0, 1]
 * @returns for each result, the trial that it promotes, which can be an earlier one
 */
export function promotions(
  results: readonly Result[],
  keep: number,
  direction: Direction,
): (number | undefined)[] {
  const promoted = new Set<number>();
  /** The results so far that can be promoted, from best to worst. */
  const order: Result[] = [];
  return results.map((result, index) => {
    if (isFinal(result)) {
      const worse = order.findIndex((other) => compare(result, other, direction) < 0);
      order.splice(worse < 0 ? order.length : worse, 0, result);
    }
    const next = order.slice(0, kept(index + 1, keep)).find(({ trial }) => !promoted.has(trial))?.trial;
    if (next !== undefined) promoted.add(next);
    return next;
  });
}

/**
 * ⌊count · keep⌋ for the fraction that `keep` stands for: 29 of 100 with 0.29, although 100 · 0.29 is
 * 28.999999999999996 in floating point. It is right for counts below 1,000,000 and denominators below 10,000.
 */
export function kept(count: number, keep: number): number {
  return Math.floor(Number((count * keep).toPrecision(12)));
}

function compare(a: Result, b: Result, direction: Direction): number {
  const order = isFinal(a) && isFinal(b) ? a.value - b.value : Number(isFinal(a)) - Number(isFinal(b));
  const sign = direction === 'minimise' && isFinal(a) && isFinal(b) ? 1 : -1;
  return sign * order || a.trial - b.trial;
}

function isFinal(result: Result): result is Result & { readonly value: number } {
  return 'value' in result && Number.isFinite(result.value);
}
