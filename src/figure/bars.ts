import type { BarsSpec, Pipeline } from '../pipeline/pipeline.ts';
import { buildTable } from '../report/build-table.ts';
import { splitLines, wordsOf } from './across.ts';
import { bandNotes, estimateOf, missingNotes, nothing } from './band.ts';
import type { FigureParts } from './parts.ts';
import type { FigureSources } from './sources.ts';
import { valueWords } from './value-words.ts';

/** Values in groups of bars: the rows of a table are groups, its columns are panels and series. */
export function barsParts(spec: BarsSpec, pipeline: Pipeline, sources: FigureSources): FigureParts {
  const table = buildTable(spec.table, pipeline, sources.values, sources);
  const { band, panels } = spec;
  const series = (table.columns[0]?.values.length ?? panels) - panels;
  const entries = table.entries.flat();
  const estimates = entries.map((entry) => estimateOf(entry, band));
  return {
    panels: splitLines(table.columns, table.columnKeys, { panels, series }).map((panel) => ({
      plot: 'bars',
      title: panel.title,
      y: { words: valueWords(spec.table), format: table.format, scale: 'linear' },
      groups: table.rows.map((row) => wordsOf(row, table.rowKeys)),
      series: panel.series.map(({ words, lines: [column] }) => {
        const at = column ? table.columns.indexOf(column) : -1;
        return {
          words,
          bars: table.entries.map((row) => (row[at] ? estimateOf(row[at], band) : nothing)),
        };
      }),
    })),
    notes: [
      ...table.notes,
      ...bandNotes(estimates, { band, over: spec.table.over, shown: 'Error bars' }),
      ...missingNotes(entries),
    ],
    warnings: table.warnings,
  };
}
