import type { Cell, Pipeline, TableSpec } from '../pipeline/pipeline.ts';
import { choiceNotes, choicesOf } from './choices.ts';
import { correlationNotes } from './correlation.ts';
import { groupCells, named } from './group-cells.ts';
import { headOf } from './head.ts';
import { measuredNote } from './measured-note.ts';
import { placePublished } from './published.ts';
import { rangeOf, summarise } from './statistics.ts';
import type { Entry, Line, Table } from './table.ts';
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
  const { cells, rows, columns, at } = groupCells(spec, pipeline);
  const published = placePublished(spec, rows, columns);
  const sweeps = choicesOf(cells, pipeline);
  const entryAt = (row: Line, column: Line): Entry => {
    const group = at(row, column);
    const members = (group?.cells ?? []).map((cell) => memberOf(cell, group?.value ?? '', known));
    const numbers = members.flatMap(({ number }) => number ?? []);
    const summary = summarise(numbers);
    return {
      ...summary,
      range: rangeOf(numbers),
      of: members.length,
      members,
      published: published.at(row, column, summary.mean),
    };
  };
  return {
    ...headOf(spec, pipeline),
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
      ...measuredNote(measuredAmong(spec, cells, known)),
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

/** The best and the last weights of a model can differ much, so what shows models always says which it shows. */
export function checkpointNote(cells: readonly Cell[]): string[] {
  const named = cells.map(({ parameters }) => parameters.checkpoint).filter((one) => typeof one === 'string');
  const checkpoints = [...new Set(named)];
  return checkpoints.length > 0 ? [`Checkpoint: ${checkpoints.join(', ')}.`] : [];
}

function measuredAmong({ values }: TableSpec, cells: readonly Cell[], known: Numbers): string[] {
  return values.filter((name) => cells.some((cell) => shownAs(cell, name, known) === 'measured'));
}
