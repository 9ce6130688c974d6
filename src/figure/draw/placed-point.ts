import type { Estimate, Point, PointPanel } from '../figure.ts';
import type { Box, Place } from './drawing.ts';
import { isDrawable, type Scale } from './scale.ts';

/** A point on the page; intervals only if both ends are known. */
export interface PlacedPoint {
  readonly at: Place;
  /** Ends of the intervals: x on the page left and right, y on the page at the bottom and the top. */
  readonly across: readonly [number, number] | undefined;
  readonly along: readonly [number, number] | undefined;
  readonly words: string | undefined;
}

/** Where a point of a panel is drawn; undefined if it has no place. */
export function placePoint(
  { x, y, words }: Point,
  panel: PointPanel,
  plot: Box,
  xScale: Scale,
  yScale: Scale,
): PlacedPoint | undefined {
  if (!isDrawable(x.value, panel.x) || !isDrawable(y.value, panel.y)) return undefined;
  const across = (value: number) => plot.left + xScale.place(value) * plot.width;
  const up = (value: number) => plot.top + (1 - yScale.place(value)) * plot.height;
  return {
    at: [across(x.value), up(y.value)],
    across: interval(x, across),
    along: interval(y, up),
    words,
  };
}

/** Stretches of points without a gap. */
export function stretches<T>(points: readonly (T | undefined)[]): T[][] {
  const found: T[][] = [];
  let current: T[] = [];
  for (const point of points) {
    if (point !== undefined) {
      if (current.length === 0) found.push(current);
      current.push(point);
    } else {
      current = [];
    }
  }
  return found;
}

/** The ends of an interval on the page, if it has both. */
export function interval(
  { low, high }: Estimate,
  place: (value: number) => number,
): readonly [number, number] | undefined {
  if (low === undefined || high === undefined || !Number.isFinite(low) || !Number.isFinite(high))
    return undefined;
  return [place(low), place(high)];
}
