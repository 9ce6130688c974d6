import type { LineSpec, Pipeline } from '../pipeline/pipeline.ts';
import { buildTable } from '../report/build-table.ts';
import type { Entry, Line } from '../report/table.ts';
import { splitLines } from './across.ts';
import { fitAxis, numberOf, ticksOf } from './axis.ts';
import { bandNotes, estimateOf, exactly, missingNotes } from './band.ts';
import type { FigureParts } from './parts.ts';
import type { FigureSources } from './sources.ts';
import { valueWords } from './value-words.ts';

/** Values over a key with numbers: the rows of a table are x, its columns are panels and series. */
export function lineParts(spec: LineSpec, pipeline: Pipeline, sources: FigureSources): FigureParts {
  const table = buildTable(spec.table, pipeline, sources.values, sources);
  const { band, panels, log } = spec;
  const points = table.rows
    .flatMap((row, index) => {
      const x = numberOf(row);
      return x === undefined ? [] : [{ x, row, entries: table.entries[index] ?? [] }];
    })
    .sort((a, b) => a.x - b.x);
  const series = (table.columns[0]?.values.length ?? panels) - panels;
  const split = splitLines(table.columns, table.columnKeys, { panels, series });
  const entriesOf = ([column]: readonly Line[]) => {
    const at = column ? table.columns.indexOf(column) : -1;
    return points.flatMap(({ x, entries }) => {
      const entry = entries[at];
      return entry && entry.of > 0 ? [{ x, entry }] : [];
    });
  };
  const shown = table.columns.flatMap((column) => entriesOf([column]).map(({ entry }) => entry));
  const estimates = shown.map((entry) => estimateOf(entry, band));
  const x = fitAxis(
    { words: table.rowKeys[0]?.words ?? '', format: 'number', ticks: ticksOf(points.map(({ row }) => row)) },
    'x',
    log,
    points.map((point) => exactly(point.x)),
  );
  const y = fitAxis({ words: valueWords(spec.table), format: table.format }, 'y', log, estimates);
  return {
    panels: split.map((panel) => ({
      plot: 'points',
      title: panel.title,
      x: x.axis,
      y: y.axis,
      series: panel.series.map(({ words, lines }) => ({
        words,
        joined: true,
        spread: 'band',
        points: entriesOf(lines).map(({ x, entry }) => ({ x: exactly(x), y: estimateOf(entry, band) })),
      })),
    })),
    notes: [
      ...table.notes,
      ...bandNotes(estimates, { band, over: spec.table.over, shown: 'Bands' }),
      ...x.notes,
      ...y.notes,
      ...leftOut(table.rows, table.entries, table.rowKeys[0]?.key),
      ...missingNotes(shown),
    ],
    warnings: table.warnings,
  };
}

/** Says which cells have no place on the x axis. */
function leftOut(
  rows: readonly Line[],
  entries: readonly (readonly Entry[])[],
  key: string | undefined,
): string[] {
  const without = rows.flatMap((row, index) => (numberOf(row) === undefined ? (entries[index] ?? []) : []));
  const count = without.reduce((sum, { of }) => sum + of, 0);
  return count === 0 ? [] : [`Cells that are not shown, because they have no number ${key}: ${count}.`];
}
