import { settingOf } from '../pipeline/parse/fractions.ts';
import type { Line } from '../report/table.ts';
import type { Axis, Estimate } from './figure.ts';

/** An axis, and what must be said about it. */
export interface FittedAxis {
  readonly axis: Axis;
  readonly notes: readonly string[];
}

/**
 * A logarithmic axis becomes linear if there are numbers for which it has no place.
 * @param log the axes that are to be logarithmic
 * @param which the name of this one there
 */
export function fitAxis(
  axis: Omit<Axis, 'scale'>,
  which: string,
  log: readonly string[],
  estimates: readonly Estimate[],
): FittedAxis {
  const wanted = log.includes(which);
  const fits = estimates.every(({ value = 1, low = 1 }) => value > 0 && low > 0);
  if (!wanted || fits) return { axis: { ...axis, scale: wanted ? 'log' : 'linear' }, notes: [] };
  const note = `The axis of ${axis.words} is linear: a logarithmic one has no place for numbers that are not above 0.`;
  return { axis: { ...axis, scale: 'linear' }, notes: [note] };
}

/** The number of a line of a table with one key; undefined if its value is none. */
export function numberOf({ values }: Line): number | undefined {
  const value = settingOf(values[0]);
  return typeof value === 'number' ? value : undefined;
}

/** The words for the numbers of an axis, if one of them is written in another way, such as 8/255. */
export function ticksOf(lines: readonly Line[]): Axis['ticks'] {
  const ticks = lines.flatMap((line) => {
    const value = numberOf(line);
    return value === undefined ? [] : [{ value, words: line.words[0] ?? '' }];
  });
  return ticks.some(({ value, words }) => words !== String(value)) ? ticks : undefined;
}
