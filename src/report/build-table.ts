import type { Scalar } from '../json.ts';
import { resolveKey } from '../pipeline/expand/keys.ts';
import { settingOf } from '../pipeline/parse/fractions.ts';
import type { Cell, Pipeline, TableSpec } from '../pipeline/pipeline.ts';
import { withoutSecrets } from '../pipeline/secrets.ts';
import { refuseAmbiguity } from './ambiguity.ts';
import { choiceNotes, choicesOf } from './choices.ts';
import { correlationNotes } from './correlation.ts';
import { placePublished } from './published.ts';
import { summarise } from './statistics.ts';
import type { Entry, Key, Line, Table } from './table.ts';
import { type Known, memberOf, type Numbers, shownAs, shownCells } from './values.ts';
import { gatherWarnings } from './warnings.ts';

/**
 * Fills a table with the values of its stage's cells. Rows and columns are the distinct values of their keys, in the
 * order of the cells. An entry tells how many of its cells have no value.
 *
 * @throws Failure `ambiguous-table` if cells in one entry differ in more than the keys of `over`; `unknown-value` if
 * a cell has values, but not the one to show; `duplicate-reference`
 */
export function buildTable(
  spec: TableSpec,
  pipeline: Pipeline,
  values: Known['values'],
  { measured = () => ({}), warnings = () => [] }: Partial<Omit<Known, 'values'>> = {},
): Table {
  const known = { values, measured };
  const { cells, rows, columns, groups } = gather(spec, pipeline);
  const members = [...groups.values()].map((group) => group.cells);
  refuseAmbiguity(spec, pipeline, cells, members);
  const published = placePublished(spec, rows, columns);
  const sweeps = choicesOf(cells, pipeline);
  const entryAt = (row: Line, column: Line): Entry => {
    const group = groups.get(placeOf(row, column));
    const members = (group?.cells ?? []).map((cell) => memberOf(cell, group?.value ?? '', known));
    const summary = summarise(members.flatMap(({ number }) => number ?? []));
    return {
      ...summary,
      of: members.length,
      members,
      published: published.at(row, column, summary.mean),
    };
  };
  return {
    name: spec.name,
    title: spec.title,
    pipeline: pipeline.name,
    profile: pipeline.profile,
    set: Object.fromEntries(
      Object.entries(pipeline.set).map(([key, value]) => [key, withoutSecrets(value, key)]),
    ),
    values: spec.values,
    over: spec.over,
    format: spec.format,
    digits: spec.digits,
    rowKeys: spec.rows.map((key) => named(key, spec)),
    columnKeys: spec.columns.map((key) => named(key, spec)),
    rows,
    columns,
    entries: rows.map((row) => columns.map((column) => entryAt(row, column))),
    notes: [
      ...spec.notes,
      ...checkpointNote(cells),
      ...choiceNotes(sweeps),
      ...measuredNote(spec, cells, known),
      ...correlationNotes(spec, cells, known),
    ],
    warnings: gatherWarnings(
      [...cells.flatMap((cell) => shownCells(cell, spec.values)), ...sweeps.map(({ choice }) => choice)],
      warnings,
    ),
    sources: published.sources,
    unplaced: published.unplaced,
  };
}

/** The best and the last weights of a model can differ much, so a table of models always says which it shows. */
function checkpointNote(cells: readonly Cell[]): string[] {
  const named = cells.map(({ parameters }) => parameters.checkpoint).filter((one) => typeof one === 'string');
  const checkpoints = [...new Set(named)];
  return checkpoints.length > 0 ? [`Checkpoint: ${checkpoints.join(', ')}.`] : [];
}

/** Measurements depend on more than the method, and differ in another run. */
function measuredNote({ values }: TableSpec, cells: readonly Cell[], known: Numbers): string[] {
  const measured = values.filter((name) => cells.some((cell) => shownAs(cell, name, known) === 'measured'));
  return measured.length > 0 ? [`Measured, so that it depends on the machine: ${measured.join(', ')}.`] : [];
}

/** The cells of one entry, and which of their values it shows. */
interface Group {
  readonly cells: Cell[];
  readonly value: string;
}

function gather(spec: TableSpec, pipeline: Pipeline) {
  const cells = pipeline.cells.filter((cell) => cell.stage === spec.stage);
  const rows = new Map<string, Line>();
  const columns = new Map<string, Line>();
  const groups = new Map<string, Group>();
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
  return { cells, rows: [...rows.values()], columns: [...columns.values()], groups };
}

function line(keys: readonly string[], values: Line['values'], spec: TableSpec): Line {
  return { values, words: values.map((value, k) => wordFor(keys[k], value, spec)) };
}

/** A label applies to a value anywhere (`pgd-20`), or only to that of one key (`robustness.attack=none`). */
function wordFor(key: string | undefined, value: Scalar | undefined, { labels }: TableSpec): string {
  if (value === undefined) return '—';
  const text = String(value);
  return label(labels, `${key}=${text}`) ?? label(labels, text) ?? text;
}

function named(key: string, { labels }: TableSpec): Key {
  return { key, words: label(labels, key) ?? key.slice(key.indexOf('.') + 1) };
}

function label(labels: TableSpec['labels'], key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}

/** Distinguishes 1 from "1", but not 8/255 from 0.03137254901960784. */
function idOf({ values }: Line): string {
  return JSON.stringify(values.map((value) => settingOf(value) ?? null));
}

/** Chooses between two ways to write the values of a line: the one with more fractions, otherwise the first. */
function better(line: Line, before: Line = line): Line {
  const fractions = ({ values }: Line) => values.filter((value) => value !== settingOf(value)).length;
  return fractions(line) > fractions(before) ? line : before;
}

function placeOf(row: Line, column: Line): string {
  return `${idOf(row)} ${idOf(column)}`;
}
