import { Failure } from '../failure.ts';
import { settingOf } from '../pipeline/parse/fractions.ts';
import type { PublishedValue, TableSpec } from '../pipeline/pipeline.ts';
import type { Comparison, Line } from './table.ts';

interface Published {
  /** The published value of a place, beside our mean. */
  at(row: Line, column: Line, mean: number | undefined): Comparison | undefined;
  readonly sources: readonly string[];
  readonly unplaced: readonly string[];
}

/**
 * Assigns published values to entries. If the table has no row or column for one, as in a profile with fewer methods,
 * it is listed in words.
 *
 * @throws Failure `duplicate-reference` for two values for one entry
 */
export function placePublished(spec: TableSpec, rows: readonly Line[], columns: readonly Line[]): Published {
  // Published values are written in the units of the printed table.
  const unit = spec.format === 'percent' ? 100 : 1;
  const sources = [...new Set(spec.published.map(({ source }) => source))];
  const places = new Map<Line, Map<Line, PublishedValue>>();
  const unplaced: string[] = [];
  for (const published of spec.published) {
    const row = rows.find((line) => matches(line, published.row));
    const column = columns.find((line) => matches(line, published.column));
    const where = [...published.row, ...published.column].join(' / ');
    if (!row || !column) {
      unplaced.push(`${where}: ${published.value} [${sources.indexOf(published.source) + 1}]`);
      continue;
    }
    const across = places.get(row) ?? new Map<Line, PublishedValue>();
    if (across.has(column)) {
      throw new Failure(
        'duplicate-reference',
        `Table "${spec.name}" has two published values for ${where}.`,
        {
          hint: 'Keep one of them, and mention the other in `notes`.',
        },
      );
    }
    places.set(row, across.set(column, published));
  }
  return {
    sources,
    unplaced,
    at(row, column, mean) {
      const published = places.get(row)?.get(column);
      if (!published) return undefined;
      const value = published.value / unit;
      const difference = mean === undefined ? undefined : mean - value;
      return { value, difference, source: published.source, mark: sources.indexOf(published.source) + 1 };
    },
  };
}

/** YAML may have made a number of what is text elsewhere, such as `20`. */
function matches(line: Line, wanted: PublishedValue['row']): boolean {
  return (
    line.values.length === wanted.length &&
    line.values.every((value, k) => String(settingOf(value)) === String(settingOf(wanted[k])))
  );
}
