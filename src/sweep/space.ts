import { isDeepStrictEqual } from 'node:util';
import type { Json } from '../json.ts';

/** A hyperparameter that a sweep varies. */
export interface Axis {
  readonly name: string;
  readonly range: Range;
  /** The axis is active only if an axis before it is active and has one of these values. */
  readonly when?: { readonly axis: string; readonly values: readonly Json[] };
}

/** The values of an axis. The ends of numeric ranges belong to them, and `low <= high`. */
export type Range = Choice | Continuous | Whole;

export interface Choice {
  readonly type: 'choice';
  /** At least one. */
  readonly values: readonly Json[];
}

export interface Continuous {
  /** Evenly spread on a linear scale, or on a logarithmic one, where `low > 0`. */
  readonly type: 'uniform' | 'log';
  readonly low: number;
  readonly high: number;
}

export interface Whole {
  readonly type: 'int';
  readonly low: number;
  readonly high: number;
  /** Spread on a logarithmic scale; then `low > 0`. */
  readonly log?: boolean;
}

/** The values of one trial, by axis. It has the active axes only. */
export type Point = Readonly<Record<string, Json>>;

/** @param point values of the axes that are declared before this one */
export function isActive({ when }: Axis, point: Point): boolean {
  if (when === undefined) return true;
  return (
    Object.hasOwn(point, when.axis) && when.values.some((value) => isDeepStrictEqual(value, point[when.axis]))
  );
}
