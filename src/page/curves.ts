import type { Scalar } from '../json.ts';
import type { Curves } from './page-data.ts';

/** What a cell reports of an epoch, for example. */
export type RecordLine = Readonly<Record<string, Scalar | null>>;

/** How many numbers all curves of a page have together, and one curve at most. */
const ALL = 60_000;
const MOST = 400;

/** Of a curve, for drawing. */
const SIGNIFICANT_DIGITS = 5;

/** The numbers of records as columns. Columns in which all numbers are equal show nothing and are left out. */
export function curvesOf(records: readonly RecordLine[]): Curves | undefined {
  const names = [...new Set(records.flatMap((record) => Object.keys(record)))];
  const columns = names.flatMap((name) => {
    const column = records.map((record) => numberIn(Object.hasOwn(record, name) ? record[name] : null));
    return new Set(column.filter((value) => value !== null)).size > 1 ? [[name, column] as const] : [];
  });
  return columns.length === 0 ? undefined : { of: records.length, columns: Object.fromEntries(columns) };
}

function numberIn(value: Scalar | null | undefined): number | null {
  return typeof value === 'number' && Number.isFinite(value)
    ? Number(value.toPrecision(SIGNIFICANT_DIGITS))
    : null;
}

/** Shortens curves, evenly and with their ends, so that those of many cells do not make the page large. */
export function thinned(all: readonly (Curves | undefined)[]): (Curves | undefined)[] {
  const count = all.reduce((sum, curves) => sum + Object.keys(curves?.columns ?? {}).length, 0);
  const points = Math.max(2, Math.min(MOST, Math.floor(ALL / Math.max(1, count))));
  return all.map((curves) => {
    if (curves === undefined || curves.of <= points) return curves;
    const places = Array.from({ length: points }, (_, k) => Math.round((k * (curves.of - 1)) / (points - 1)));
    const columns = Object.entries(curves.columns).map(([name, column]): [string, (number | null)[]] => [
      name,
      places.map((place) => column[place] ?? null),
    ]);
    return { ...curves, columns: Object.fromEntries(columns) };
  });
}
