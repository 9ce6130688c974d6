import { inColumns } from './columns.ts';
import type { Table } from './table.ts';
import { entryText, footer, headings, headline, titleOf } from './words.ts';

/** The table for a terminal: aligned columns, numbers to the right, no colours. */
export function toText(table: Table): string {
  const { keys, columns } = headings(table);
  const body = table.rows.map((row, i) => [
    ...row.words,
    ...(table.entries[i] ?? []).map((entry) => entryText(entry, table)),
  ]);
  const { notes, sources } = footer(table);
  const lines = [
    titleOf(table),
    headline(table),
    '',
    ...inColumns([[...keys, ...columns], ...body], keys.length),
    ...(notes.length + sources.length > 0 ? [''] : []),
    ...notes,
    ...sources.map((source, k) => `[${k + 1}] ${source}`),
  ];
  return `${lines.join('\n')}\n`;
}
