import type { CellId } from '../pipeline/pipeline.ts';
import type { Entry, Table, TableWarning } from '../report/table.ts';
import { entryText, footer, headings, headline, titleOf } from '../report/words.ts';
import type { PageEntry, PageTable, PageWarning } from './page-data.ts';

/** A table for the page: its words and numbers as in its other forms, and the cells behind each number. */
export function pageTable(table: Table, positionOf: (cell: string) => number): PageTable {
  // Warnings link to their cells, so they are no notes here.
  const { notes, sources } = footer({ ...table, warnings: [] });
  const { keys, columns } = headings(table);
  return {
    name: table.name,
    title: titleOf(table),
    headline: headline(table),
    keys,
    columns,
    rows: table.rows.map(({ words }, i) => ({
      words,
      entries: (table.entries[i] ?? []).map((entry) => pageEntry(entry, table, positionOf)),
    })),
    notes,
    sources,
    warnings: pageWarnings(table.warnings, positionOf),
  };
}

function pageEntry(entry: Entry, table: Table, positionOf: (cell: CellId) => number): PageEntry {
  const { mean, std, members } = entry;
  return {
    text: entryText(entry, table),
    mean: mean ?? null,
    std: std ?? null,
    members: members.map(({ cell, number }) => [positionOf(cell), number ?? null]),
  };
}

export function pageWarnings(
  warnings: readonly TableWarning[],
  positionOf: (cell: string) => number,
): PageWarning[] {
  return warnings.map(({ name, message, cells }) => ({ name, message, cells: cells.map(positionOf) }));
}
