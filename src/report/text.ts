import stringWidth from 'string-width';
import type { Table } from './table.ts';
import { entryText, footer, headings, headline, titleOf } from './words.ts';

/** The table for a terminal: aligned columns, numbers to the right, no colours. */
export function toText(table: Table): string {
  const { keys, columns } = headings(table);
  const body = table.rows.map((row, i) => [
    ...row.words,
    ...(table.entries[i] ?? []).map((entry) => entryText(entry, table)),
  ]);
  const head = [...keys, ...columns];
  const widths = head.map((_, k) => Math.max(...[head, ...body].map((line) => stringWidth(line[k] ?? ''))));
  const print = (line: readonly string[]) =>
    line
      .map((text, k) => {
        const space = ' '.repeat((widths[k] ?? 0) - stringWidth(text));
        return k < keys.length ? text + space : space + text;
      })
      .join('  ')
      .trimEnd();
  const { notes, sources } = footer(table);
  const lines = [
    titleOf(table),
    headline(table),
    '',
    print(head),
    '─'.repeat(widths.reduce((sum, size) => sum + size, 2 * Math.max(widths.length - 1, 0))),
    ...body.map(print),
    ...(notes.length + sources.length > 0 ? [''] : []),
    ...notes,
    ...sources.map((source, k) => `[${k + 1}] ${source}`),
  ];
  return `${lines.join('\n')}\n`;
}
