import type { Scalar } from '../json.ts';
import { resolveKey } from '../pipeline/expand/keys.ts';
import { isSameSetting, settingOf } from '../pipeline/parse/fractions.ts';
import type { Cell, Pipeline, TableSpec } from '../pipeline/pipeline.ts';
import { refuseAmbiguity } from './ambiguity.ts';
import type { Key, Line } from './table.ts';

/** The cells of a table's stage by the places where they are shown. */
export interface Grouped {
  /** In the order of the pipeline. */
  readonly cells: readonly Cell[];
  readonly rows: readonly Line[];
  readonly columns: readonly Line[];
  /** The cells at a place, and which of their values is shown there; undefined if there are none. */
  at(row: Line, column: Line): Group | undefined;
}

export interface Group {
  readonly cells: readonly Cell[];
  readonly value: string;
}

/**
 * Rows and columns are the distinct values of their keys, in the order of the cells. If several values are shown, the last
 * part of a column is the name of one.
 *
 * @throws Failure `ambiguous-table` if cells in one place differ in more than the keys of `over`
 */
export function groupCells(spec: TableSpec, pipeline: Pipeline): Grouped {
  const cells = pipeline.cells.filter((cell) => isShown(cell, spec, pipeline));
  const rows = new Map<string, Line>();
  const columns = new Map<string, Line>();
  const groups = new Map<string, { cells: Cell[]; value: string }>();
  for (const cell of cells) {
    const valuesOf = (keys: readonly string[]) => keys.map((key) => resolveKey(pipeline, cell, key));
    const row = line(spec.rows, valuesOf(spec.rows), spec);
    rows.set(idOf(row), better(row, rows.get(idOf(row))));
    for (const value of spec.values) {
      const across = valuesOf(spec.columns);
      const column = line(spec.columns, spec.values.length > 1 ? [...across, value] : across, spec);
      columns.set(idOf(column), better(column, columns.get(idOf(column))));
      const place = placeOf(row, column);
      const group = groups.get(place) ?? { cells: [], value };
      group.cells.push(cell);
      groups.set(place, group);
    }
  }
  const members = [...groups.values()].map((group) => group.cells);
  refuseAmbiguity(spec, pipeline, cells, members);
  return {
    cells,
    rows: [...rows.values()],
    columns: [...columns.values()],
    at: (row, column) => groups.get(placeOf(row, column)),
  };
}

function isShown(cell: Cell, { stage, where = [] }: TableSpec, pipeline: Pipeline): boolean {
  if (cell.stage !== stage) return false;
  return where.every(({ key, values }) => {
    const own = resolveKey(pipeline, cell, key);
    return own !== undefined && values.some((value) => isSameSetting(value, own));
  });
}

function line(keys: readonly string[], values: Line['values'], spec: TableSpec): Line {
  return { values, words: values.map((value, k) => wordFor(keys[k], value, spec)) };
}

/** A label applies to a value anywhere (`pgd-20`), or only to that of one key (`robustness.attack=none`). */
export function wordFor(
  key: string | undefined,
  value: Scalar | undefined,
  { labels }: Pick<TableSpec, 'labels'>,
): string {
  if (value === undefined) return '—';
  const text = String(value);
  return label(labels, `${key}=${text}`) ?? label(labels, text) ?? text;
}

/** A key with its heading: its label, or its field. */
export function named(key: string, { labels }: Pick<TableSpec, 'labels'>): Key {
  return { key, words: label(labels, key) ?? key.slice(key.indexOf('.') + 1) };
}

function label(labels: TableSpec['labels'], key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}

/** Distinguishes 1 from "1", but not 8/255 from 0.03137254901960784. */
export function idOf({ values }: Pick<Line, 'values'>): string {
  return JSON.stringify(values.map((value) => settingOf(value) ?? null));
}

/** Chooses between two ways to write the values of a line: the one with more fractions, otherwise the first. */
export function better(line: Line, before: Line = line): Line {
  const fractions = ({ values }: Line) => values.filter((value) => value !== settingOf(value)).length;
  return fractions(line) > fractions(before) ? line : before;
}

function placeOf(row: Line, column: Line): string {
  return `${idOf(row)} ${idOf(column)}`;
}
