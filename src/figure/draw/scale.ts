import { scaleLinear, scaleLog } from 'd3-scale';
import type { Axis } from '../figure.ts';
import { logTickWords, tickWords } from './tick-words.ts';

/** Where the numbers of an axis are drawn. */
export interface Scale {
  /** The numbers at both ends of the axis. */
  readonly domain: readonly [low: number, high: number];
  /**
   * Where a finite number is, from 0 at the low end to 1 at the high end. Numbers outside are at the end: on a
   * logarithmic axis, an interval down to zero or below ends there.
   */
  place(value: number): number;
  readonly ticks: readonly Tick[];
}

export interface Tick {
  /** As `Scale.place` gives it. */
  readonly place: number;
  readonly words: string;
}

/** Beyond them, differences of two numbers may not be finite, or not exact. */
const [smallest, largest] = [1e-290, 1e290];

/** Part of the axis that stays free at each end. */
const margin = 0.04;

/** Whether a number has a place on an axis: it is finite and not huge, and above zero if the axis is logarithmic. */
export function isDrawable(value: number | undefined, { scale }: Axis): value is number {
  return value !== undefined && Math.abs(value) <= largest && (scale === 'linear' || value >= smallest);
}

/**
 * The scale of an axis for some drawable numbers. The given ticks are on it too.
 *
 * @param count about how many ticks fit, if the axis does not give them
 * @param fromZero whether it begins or ends at zero, as bars need it; a logarithmic axis has no zero
 */
export function scaleOf(axis: Axis, numbers: readonly number[], count: number, fromZero = false): Scale {
  const given = (axis.ticks ?? []).filter(({ value }) => isDrawable(value, axis));
  const all = [...numbers, ...given.map(({ value }) => value)];
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of all) [low, high] = [Math.min(low, value), Math.max(high, value)];
  const domain = axis.scale === 'log' ? logDomain(low, high) : linearDomain(low, high, axis, fromZero);
  const d3 = axis.scale === 'log' ? scaleLog(domain, [0, 1]) : scaleLinear(domain, [0, 1]);
  const place = (value: number) => {
    if (value <= domain[0]) return 0;
    return value >= domain[1] ? 1 : d3(value);
  };
  const unit = axis.format === 'percent' ? 100 : 1;
  const chosen = given.map(({ value, words }) => ({ place: place(value), words }));
  if (chosen.length > 0) return { domain, place, ticks: chosen };
  const values = axis.scale === 'log' ? logTicks(domain, count) : d3.ticks(count);
  // Near one another, the ticks of a logarithmic axis need as many digits as those of a linear one.
  const areShort = values.every((value) => Number(value.toPrecision(3)) === value);
  const inWords = axis.scale === 'log' && areShort ? logTickWords : tickWords;
  const words = inWords(values.map((value) => value * unit));
  return { domain, place, ticks: values.map((value, i) => ({ place: place(value), words: words[i] ?? '' })) };
}

/** The ticks whose words have room on an axis of this length, from the low end. */
export function spaced(ticks: readonly Tick[], length: number, room: (tick: Tick) => number): Tick[] {
  const kept: Tick[] = [];
  for (const tick of [...ticks].sort((a, b) => a.place - b.place)) {
    const previous = kept.at(-1);
    const needed = previous ? (room(previous) + room(tick)) / 2 : 0;
    if (!previous || (tick.place - previous.place) * length >= needed) kept.push(tick);
  }
  return kept;
}

function linearDomain(low: number, high: number, axis: Axis, fromZero: boolean): [number, number] {
  if (low > high) return [0, 1];
  const isShare = axis.format === 'percent' && low >= 0 && high <= 1;
  let [from, to] = fromZero ? [Math.min(0, low), Math.max(0, high)] : [low, high];
  const size = Math.max(Math.abs(from), Math.abs(to));
  if (to - from <= Math.max(size * 1e-9, smallest)) {
    // All numbers are equal, or nearly: there is no width to take the margin from.
    const half = size <= smallest ? 0.5 : size * 0.1;
    [from, to] = [from - half, to + half];
  } else {
    const free = to * margin - from * margin;
    from -= fromZero && from === 0 ? 0 : free;
    to += fromZero && to === 0 ? 0 : free;
  }
  // There is no accuracy below 0 or above 100 %.
  return isShare ? [Math.max(0, from), Math.min(1, to)] : [from, to];
}

function logDomain(low: number, high: number): [number, number] {
  if (low > high) return [0.1, 10];
  const [from, to] = [Math.log10(low), Math.log10(high)];
  const free = to - from < 1e-9 ? 0.5 : (to - from) * margin;
  return [10 ** (from - free), 10 ** Math.min(to + free, 308)];
}

/** Powers of ten, every other one if there are too many. If there are not two, 1, 2 and 5 times powers; else any. */
function logTicks([low, high]: readonly [number, number], count: number): number[] {
  const [first, last] = [Math.floor(Math.log10(low)), Math.floor(Math.log10(high))];
  const powers = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const within = (value: number) => value >= low && value <= high;
  const tens = powers.map((power) => Number(`1e${power}`)).filter(within);
  const step = Math.ceil(tens.length / Math.max(2, count));
  if (tens.length > 1) return tens.filter((_, i) => i % step === 0);
  const more = powers
    .flatMap((power) => [1, 2, 5].map((times) => Number(`${times}e${power}`)))
    .filter(within);
  return more.length > 1 ? more : scaleLinear([low, high], [0, 1]).ticks(count);
}
