import { Failure } from '../failure.ts';
import { settingOf } from '../pipeline/parse/fractions.ts';
import type { Reference, TableSpec } from '../pipeline/pipeline.ts';
import type { Line, PlacedReference } from './table.ts';

interface Published {
  /** The published value for an entry, together with our mean. */
  at(row: Line, column: Line, mean: number | undefined): PlacedReference | undefined;
  readonly sources: readonly string[];
  readonly unplaced: readonly string[];
}

/**
 * Assigns published values to entries. If the table has no row or column for one, as in a profile with fewer methods,
 * it is listed in words.
 *
 * @throws Failure `duplicate-reference` for two values for one entry
 */
export function references(spec: TableSpec, rows: readonly Line[], columns: readonly Line[]): Published {
  // Published values are given in the unit of the printed table.
  const unit = spec.format === 'percent' ? 100 : 1;
  const sources = [...new Set(spec.references.map(({ source }) => source))];
  const places = new Map<Line, Map<Line, Reference>>();
  const unplaced: string[] = [];
  for (const reference of spec.references) {
    const row = rows.find((line) => matches(line, reference.row));
    const column = columns.find((line) => matches(line, reference.column));
    const where = [...reference.row, ...reference.column].join(' / ');
    if (!row || !column) {
      unplaced.push(`${where}: ${reference.value} [${sources.indexOf(reference.source) + 1}]`);
      continue;
    }
    const across = places.get(row) ?? new Map<Line, Reference>();
    if (across.has(column)) {
      throw new Failure(
        'duplicate-reference',
        `Table "${spec.name}" has two published values for ${where}.`,
        {
          hint: 'Keep one of them, and tell of the other one in `notes`.',
        },
      );
    }
    places.set(row, across.set(column, reference));
  }
  return {
    sources,
    unplaced,
    at(row, column, mean) {
      const reference = places.get(row)?.get(column);
      if (!reference) return undefined;
      const value = reference.value / unit;
      const difference = mean === undefined ? undefined : mean - value;
      return { value, difference, source: reference.source, mark: sources.indexOf(reference.source) + 1 };
    },
  };
}

/** YAML may read as a number, such as `20`, what is text elsewhere. */
function matches(line: Line, wanted: Reference['row']): boolean {
  return (
    line.values.length === wanted.length &&
    line.values.every((value, k) => String(settingOf(value)) === String(settingOf(wanted[k])))
  );
}
