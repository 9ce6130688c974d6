import { markdownTable } from 'markdown-table';
import stringWidth from 'string-width';
import type { Table } from './table.ts';
import { entryText, footer, headings, headline, titleOf } from './words.ts';

/** The table in GitHub's Markdown, aligned so that it is readable as plain text. */
export function toMarkdown(table: Table): string {
  const { keys, columns } = headings(table);
  const body = table.rows.map((row, i) => [
    ...row.words,
    ...(table.entries[i] ?? []).map((entry) => entryText(entry, table)),
  ]);
  const grid = [[...keys, ...columns], ...body].map((line) => line.map(escapeMarkdown));
  const align = [...keys.map(() => 'l'), ...columns.map(() => 'r')];
  const { notes, sources } = footer(table);
  const parts = [
    `**${escapeMarkdown(titleOf(table))}**`,
    escapeMarkdown(headline(table)),
    markdownTable(grid, { align, stringLength: stringWidth }),
    notes.map((note) => `- ${escapeMarkdown(note)}`).join('\n'),
    sources.map((source, k) => `\\[${k + 1}] ${escapeMarkdown(source)}`).join('  \n'),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

/** Escapes only what would change the table or the text: bars, line breaks, emphasis, code, tags, links. */
function escapeMarkdown(text: string): string {
  return text.replace(/[\\|*`<[]/g, '\\$&').replace(/\s+/g, ' ');
}
