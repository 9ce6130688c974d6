import type { Pipeline, ScatterSpec } from '../pipeline/pipeline.ts';
import { buildTable } from '../report/build-table.ts';
import { idOf } from '../report/group-cells.ts';
import type { Entry, Line, Table } from '../report/table.ts';
import { splitLines, wordsOf } from './across.ts';
import { fitAxis } from './axis.ts';
import { bandNotes, estimateOf, missingNotes, nothing } from './band.ts';
import { mergeWarnings } from './merge-warnings.ts';
import type { FigureParts } from './parts.ts';
import type { FigureSources } from './sources.ts';
import { valueWords } from './value-words.ts';

/** One value against another: points are the rows of two tables that have the same keys. */
export function scatterParts(spec: ScatterSpec, pipeline: Pipeline, sources: FigureSources): FigureParts {
  const { band, panels, series, log } = spec;
  const [x, y] = [spec.x, spec.y].map((one) => buildTable(one, pipeline, sources.values, sources));
  if (x === undefined || y === undefined) throw new Error('a scatter has two tables');
  const rows = [...new Map([...x.rows, ...y.rows].map((row) => [idOf(row), row])).values()];
  const [xOf, yOf] = [entriesOf(x), entriesOf(y)];
  const estimate = (entry: Entry | undefined) => (entry ? estimateOf(entry, band) : nothing);
  const [xs, ys] = [xOf, yOf].map((of) => rows.map((row) => estimate(of(row))));
  const axes = {
    x: fitAxis({ words: valueWords(spec.x), format: x.format }, 'x', log, xs ?? []),
    y: fitAxis({ words: valueWords(spec.y), format: y.format }, 'y', log, ys ?? []),
  };
  return {
    panels: splitLines(rows, x.rowKeys, { panels, series }).map((panel) => ({
      plot: 'points',
      title: panel.title,
      x: axes.x.axis,
      y: axes.y.axis,
      series: panel.series.map(({ words, lines }) => ({
        words,
        joined: false,
        spread: 'bars',
        points: lines.map((row) => ({
          x: estimate(xOf(row)),
          y: estimate(yOf(row)),
          ...pointWords(row, x, panels + series),
        })),
      })),
    })),
    notes: [
      ...new Set([...x.notes, ...y.notes]),
      ...bandNotes([...(xs ?? []), ...(ys ?? [])], { band, over: spec.x.over, shown: 'Error bars' }),
      ...axes.x.notes,
      ...axes.y.notes,
      ...missingNotes([...x.entries.flat(), ...y.entries.flat()]),
    ],
    warnings: mergeWarnings([...x.warnings, ...y.warnings]),
  };
}

/** The entry of a row in a table with one column. */
function entriesOf({ rows, entries }: Table): (row: Line) => Entry | undefined {
  const found = new Map(rows.map((row, index) => [idOf(row), entries[index]?.[0]]));
  return (row) => found.get(idOf(row));
}

/** What a point stands for, by the keys that choose neither its panel nor its series. */
function pointWords({ values, words }: Line, { rowKeys }: Table, from: number): { words?: string } {
  if (words.length === from) return {};
  return {
    words: wordsOf({ values: values.slice(from), words: words.slice(from) }, rowKeys.slice(from)),
  };
}
