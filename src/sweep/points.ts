import type { Json } from '../json.ts';
import { type Coordinate, haltonCoordinate, primes, randomCoordinate } from './coordinates.ts';
import { valueAt } from './scale.ts';
import { type Axis, isActive, type Point } from './space.ts';

export interface Sampling {
  /** For `grid`, only `choice` and `int`. */
  readonly axes: readonly Axis[];
  readonly sampler: 'grid' | 'random' | 'halton';
  /** A safe integer. `grid` does not use it. */
  readonly seed: number;
  /** Number of points. A grid has fewer if it has fewer combinations. */
  readonly trials: number;
}

/**
 * The points of a sweep, by trial. A point of `random` or `halton` depends only on the seed, the axes and the number
 * of its trial: with more trials, the earlier points stay; with another axis at the end, the values of the others do.
 * `grid` has all combinations, where the last axis changes fastest. Different trials can have equal points.
 *
 * @throws RangeError for a grid with an axis of the type `uniform` or `log`
 */
export function points({ axes, sampler, seed, trials }: Sampling): Point[] {
  if (sampler === 'grid') return [...first(grid(axes, {}), trials)];
  const bases = primes(axes.length);
  const coordinates = axes.map(({ name }, index) =>
    sampler === 'random' ? randomCoordinate(seed, name) : haltonCoordinate(seed, name, bases[index] ?? 2),
  );
  return Array.from({ length: trials }, (_, trial) => pointAt(axes, coordinates, trial));
}

function pointAt(axes: readonly Axis[], coordinates: readonly Coordinate[], trial: number): Point {
  const point: Record<string, Json> = {};
  for (const [index, axis] of axes.entries()) {
    if (isActive(axis, point)) point[axis.name] = valueAt(axis.range, coordinates[index]?.(trial) ?? 0);
  }
  return point;
}

function* grid([axis, ...rest]: readonly Axis[], point: Point): Generator<Point> {
  if (axis === undefined) yield point;
  else if (!isActive(axis, point)) yield* grid(rest, point);
  else for (const value of valuesOf(axis)) yield* grid(rest, { ...point, [axis.name]: value });
}

function* valuesOf({ name, range }: Axis): Generator<Json> {
  if (range.type === 'choice') yield* range.values;
  else if (range.type === 'int') for (let value = range.low; value <= range.high; value += 1) yield value;
  else throw new RangeError(`A grid needs a list of values for ${name}, not a range of numbers`);
}

function* first<T>(values: Iterable<T>, count: number): Generator<T> {
  let left = count;
  for (const value of values) {
    if (left <= 0) return;
    left -= 1;
    yield value;
  }
}
