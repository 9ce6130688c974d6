import type { Cell, TableSpec } from '../pipeline/pipeline.ts';
import { printed } from './numbers.ts';
import { correlation } from './statistics.ts';
import { type Numbers, numbersOf } from './values.ts';

/** Notes with the correlation of each value in `correlate` with each other value, over the cells that have both. */
export function correlationNotes(spec: TableSpec, cells: readonly Cell[], known: Numbers): string[] {
  return spec.correlate.flatMap((one) => {
    const others = spec.values.filter((other) => other !== one);
    const told = others.flatMap((other) => {
      const pairs = cells.flatMap((cell) => pairOf(cell, [one, other], known));
      const r = correlation(pairs);
      return r === undefined ? [] : [`${spec.labels[other] ?? other} ${printed(r, 2)} (${pairs.length})`];
    });
    const name = spec.labels[one] ?? one;
    return told.length > 0 ? [`Pearson correlation with ${name} over cells (n): ${told.join(', ')}.`] : [];
  });
}

function pairOf(cell: Cell, [one, other]: readonly [string, string], known: Numbers): [number, number][] {
  const [x] = numbersOf(cell, one, known);
  const [y] = numbersOf(cell, other, known);
  return x === undefined || y === undefined ? [] : [[x, y]];
}
