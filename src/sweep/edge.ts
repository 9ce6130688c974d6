import type { Json } from '../json.ts';
import { placeOf } from './scale.ts';
import type { Axis, Point, Range } from './space.ts';

/** An axis on which a point lies at the edge of its range, so that a better value may lie outside. */
export interface Edge {
  readonly axis: string;
  readonly end: 'low' | 'high';
}

/** Numbers that are nearer to an end than this share of their range, on its own scale, lie at the edge. */
const margin = 0.02;

/**
 * The active axes on which a point lies at the edge: the first and last 2 % of a range, and the lowest and highest of a
 * choice of numbers. A range with fewer than three values has no edge, because all of it would be edge.
 */
export function edgesOf(axes: readonly Axis[], point: Point): Edge[] {
  return axes.flatMap(({ name, range }) => {
    const end = endOf(range, point[name]);
    return end === undefined ? [] : [{ axis: name, end }];
  });
}

function endOf(range: Range, value: Json | undefined): Edge['end'] | undefined {
  if (typeof value !== 'number') return undefined;
  if (range.type === 'choice') {
    const numbers = new Set(range.values.filter((one) => typeof one === 'number'));
    if (numbers.size < 3 || !range.values.every((one) => typeof one === 'number')) return undefined;
    if (value === Math.min(...numbers)) return 'low';
    return value === Math.max(...numbers) ? 'high' : undefined;
  }
  if (range.type === 'int' && range.high - range.low < 2) return undefined;
  const place = placeOf(range, value);
  if (place === undefined) return undefined;
  if (place <= margin) return 'low';
  return place >= 1 - margin ? 'high' : undefined;
}
