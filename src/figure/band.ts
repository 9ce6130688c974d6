import type { Band } from '../pipeline/pipeline.ts';
import type { Entry } from '../report/table.ts';
import type { Estimate } from './figure.ts';

/** A place of a figure without a number. */
export const nothing: Estimate = { value: undefined, low: undefined, high: undefined, n: 0 };

/** A number that is no value of cells, such as epsilon. */
export function exactly(value: number): Estimate {
  return { value, low: undefined, high: undefined, n: 0 };
}

/** The mean of some cells with its interval; with one cell there is none. */
export function estimateOf(entry: Pick<Entry, 'mean' | 'std' | 'range' | 'n'>, band: Band): Estimate {
  const { mean, std, range, n } = entry;
  const none = { value: mean, low: undefined, high: undefined, n };
  if (mean === undefined || std === undefined || band === 'none') return none;
  if (band === 'range') return range ? { ...none, low: range[0], high: range[1] } : none;
  const half = band === 'sem' ? std / Math.sqrt(n) : std;
  return { ...none, low: mean - half, high: mean + half };
}

const MEANING: Readonly<Record<Exclude<Band, 'none'>, string>> = {
  std: 'mean ± sample standard deviation',
  sem: 'mean ± standard error (sample standard deviation / √n)',
  range: 'from the smallest to the largest value, around the mean',
};

/**
 * Says what the intervals of a figure mean, over what the means are, and of how many cells.
 * @param shown how the intervals are drawn: `Bands`
 */
export function bandNotes(
  estimates: readonly Estimate[],
  { band, over, shown }: { readonly band: Band; readonly over: readonly string[]; readonly shown: string },
): string[] {
  const counts = estimates.flatMap(({ n }) => (n > 0 ? [n] : []));
  if (counts.length === 0) return [];
  const least = counts.reduce((a, b) => Math.min(a, b));
  const most = counts.reduce((a, b) => Math.max(a, b));
  if (most === 1) return ['Each number is that of one cell (n = 1).'];
  const count = least === most ? `n = ${most}` : `n from ${least} to ${most}`;
  const axes = over.length > 0 ? ` over ${over.join(', ')}` : '';
  if (band === 'none') return [`Each number is the mean${axes}; ${count}.`];
  const gaps = least === 1 ? ' Where n is 1, there is none.' : '';
  return [`${shown}: ${MEANING[band]}${axes}; ${count}.${gaps}`];
}

/** Says how many cells have no value, if some have none. */
export function missingNotes(entries: readonly Pick<Entry, 'n' | 'of'>[]): string[] {
  const of = entries.reduce((sum, entry) => sum + entry.of, 0);
  const missing = of - entries.reduce((sum, entry) => sum + entry.n, 0);
  if (missing === 0) return [];
  return [`Cells without a value here: ${missing} of ${of}. They have not run yet, or failed.`];
}
