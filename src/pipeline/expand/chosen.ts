import { isDeepStrictEqual } from 'node:util';
import type { Json } from '../../json.ts';
import type { Point } from '../../sweep/space.ts';
import type { Cell } from '../pipeline.ts';
import type { SampledSweep } from './sweeps.ts';

type Values = Pick<Cell, 'parameters' | 'written'>;

/**
 * The parameters of a cell for each trial that a sweep may choose, all of them checked, and those that are the same for
 * all. Undefined after a mistake.
 * @param axes of the sweep that the parameters depend on; trials that do not differ in them are checked once
 */
export function byTrial(
  { shape, points }: SampledSweep,
  axes: ReadonlySet<string>,
  parametersAt: (point: Point) => Values | undefined,
  needsAt: (trial: number) => Cell['needs'],
): (Values & Pick<Cell, 'chosen'>) | undefined {
  const found = new Map<string, Values>();
  const all: Values[] = [];
  for (const point of points) {
    const key = JSON.stringify([...axes].map((axis) => point[axis] ?? null));
    const values = found.get(key) ?? parametersAt(point);
    if (values === undefined) return undefined;
    found.set(key, values);
    all.push(values);
  }
  return {
    parameters: common(all.map(({ parameters }) => parameters)),
    written: common(all.map(({ written }) => written)),
    chosen: {
      sweep: shape.name,
      byTrial: all.map((values, trial) => ({ ...values, needs: needsAt(trial) })),
    },
  };
}

/** The entries that all have. */
function common<T extends Json>(all: readonly Readonly<Record<string, T>>[]): Record<string, T> {
  const [first = {}, ...others] = all;
  return Object.fromEntries(
    Object.entries(first).filter(([name, value]) =>
      others.every((other) => Object.hasOwn(other, name) && isDeepStrictEqual(other[name], value)),
    ),
  );
}
