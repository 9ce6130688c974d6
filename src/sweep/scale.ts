import type { Json } from '../json.ts';
import type { Continuous, Range, Whole } from './space.ts';

/**
 * The value at a place of a range: 0 is its beginning, 1 its end.
 *
 * Numbers of `uniform` and `log` are rounded to 4 significant digits, or to as many more as are needed to tell 1000
 * values of a narrow range apart, and stay in the range. Rounding makes them the same everywhere: JavaScript does not
 * specify the last bits of `Math.log` and `Math.exp`.
 *
 * @param place in [0, 1)
 */
export function valueAt(range: Range, place: number): Json {
  if (range.type === 'choice') return range.values[Math.floor(place * range.values.length)] ?? null;
  if (range.type === 'int') return wholeAt(range, place);
  const { low, high } = range;
  const value = range.type === 'log' ? between(low, high, place) : low + place * (high - low);
  return clamp(rounded(value, digitsOf(range)), range);
}

/**
 * Where a number lies in a range: 0 is its lowest value, 1 its highest. Undefined if the range has one value only.
 */
export function placeOf(range: Continuous | Whole, value: number): number | undefined {
  const { low, high } = range;
  if (low === high) return undefined;
  return isLogarithmic(range) ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
}

/** Each whole number n has the part of the scale from n to n + 1. */
function wholeAt(range: Whole, place: number): number {
  const { low, high } = range;
  const end = high + 1;
  // Twelve digits, so that 2.9999999999999996 is 3.
  const value = range.log ? rounded(between(low, end, place), 12) : low + place * (end - low);
  return clamp(Math.floor(value), range);
}

/** On a logarithmic scale. */
function between(low: number, high: number, place: number): number {
  return low * Math.exp(place * Math.log(high / low));
}

function isLogarithmic(range: Continuous | Whole): boolean {
  return range.type === 'log' || (range.type === 'int' && range.log === true);
}

function clamp(value: number, { low, high }: Continuous | Whole): number {
  return Math.min(high, Math.max(low, value));
}

function rounded(value: number, digits: number): number {
  return Number(value.toPrecision(digits));
}

function digitsOf({ low, high }: Continuous): number {
  if (low === high) return 17;
  const largest = Math.max(Math.abs(low), Math.abs(high));
  return Math.min(17, 4 + Math.max(0, exponentOf(largest) - exponentOf(high - low)));
}

/** The power of ten of the first digit. */
function exponentOf(value: number): number {
  return Number(value.toExponential().split('e')[1]);
}
