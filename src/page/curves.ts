import type { Scalar } from '../json.ts';
import type { Curves } from './page-data.ts';

/** What a cell reports of an epoch, for example. */
export type RecordLine = Readonly<Record<string, Scalar | null>>;

/** What was measured of a record, such as the seconds of an epoch. */
export type RecordMeasurements = Readonly<Record<string, number>>;

/** The points of a curve, such as epochs, in order. */
export interface CellRecords {
  readonly records: readonly RecordLine[];
  /** By the position of the record; null or undefined if it has none. */
  readonly measurements: readonly (RecordMeasurements | null)[];
}

/** How many numbers all curves of a page have together, and one curve at most. */
const ALL = 60_000;
const MOST = 400;

/** Of a curve, for drawing. */
const SIGNIFICANT_DIGITS = 5;

/**
 * The numbers of records as columns, and after them those that were measured. Columns in which all numbers are equal show
 * nothing and are left out.
 */
export function curvesOf({ records, measurements }: CellRecords): Curves | undefined {
  const recorded = columnsOf(records, namesIn(records));
  const known = new Set(namesIn(records));
  const names = namesIn(measurements).filter((name) => !known.has(name));
  const lines = records.map((_, at) => measurements[at] ?? {});
  const measured = columnsOf(lines, names);
  const columns = [...recorded, ...measured];
  if (columns.length === 0) return undefined;
  return {
    of: records.length,
    columns: Object.fromEntries(columns),
    ...(measured.length > 0 && { measured: measured.map(([name]) => name) }),
  };
}

/** The names in any of some objects, in the order in which they come. */
export function namesIn(objects: readonly (object | null)[]): string[] {
  return [...new Set(objects.flatMap((one) => Object.keys(one ?? {})))];
}

function columnsOf(lines: readonly RecordLine[], names: readonly string[]): [string, (number | null)[]][] {
  return names.flatMap((name): [string, (number | null)[]][] => {
    const column = lines.map((line) => numberIn(Object.hasOwn(line, name) ? line[name] : null));
    return new Set(column.filter((value) => value !== null)).size > 1 ? [[name, column]] : [];
  });
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
