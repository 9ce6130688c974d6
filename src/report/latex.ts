import { escapeLatex } from './escape-latex.ts';
import type { Table } from './table.ts';
import { entryText, footer, headings, headline, titleOf } from './words.ts';

/**
 * The table in LaTeX, for `\input`: a float with booktabs rules, caption and label. It needs only the package
 * booktabs.
 */
export function toLatex(table: Table): string {
  const { keys, columns } = headings(table);
  const row = (words: readonly string[]) => `    ${words.map(escapeLatex).join(' & ')} \\\\`;
  const body = table.rows.map((line, i) =>
    row([...line.words, ...(table.entries[i] ?? []).map((entry) => entryText(entry, table))]),
  );
  const { notes, sources } = footer(table);
  const below = [headline(table), ...notes, ...sources.map((source, k) => `[${k + 1}] ${source}`)];
  return [
    '% \\usepackage{booktabs}',
    '\\begin{table}[t]',
    '  \\centering',
    `  \\caption{${escapeLatex(titleOf(table))}}`,
    `  \\label{tab:${table.name.replace(/[^A-Za-z0-9-]+/g, '-')}}`,
    `  \\begin{tabular}{${'l'.repeat(keys.length)}${'r'.repeat(columns.length)}}`,
    '    \\toprule',
    row([...keys, ...columns]),
    '    \\midrule',
    ...body,
    '    \\bottomrule',
    '  \\end{tabular}',
    ...below.flatMap((text) => ['', `  {\\footnotesize ${escapeLatex(text)}\\par}`]),
    '\\end{table}',
    '',
  ].join('\n');
}
