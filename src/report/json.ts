import type { Entry, Key, Line, Table } from './table.ts';

/**
 * The table for programs: `{table, pipeline, profile, set, rows, columns, cells: [[{mean, std, n, of, reference?}]],
 * notes, warnings: [{name, cells, message}]}`. A row or column is an object of its keys (if the table shows several
 * values, a column also has `value`). Numbers, including those of `reference`, are exact and in the unit of the value
 * (0.873, not 87.3); missing values are null.
 */
export function toJson(table: Table): string {
  const object = {
    table: table.name,
    title: table.title ?? null,
    pipeline: table.pipeline,
    profile: table.profile ?? null,
    set: table.set,
    values: table.values,
    over: table.over,
    format: table.format,
    rows: table.rows.map((row) => record(table.rowKeys, row)),
    columns: table.columns.map((column) =>
      record([...table.columnKeys, { key: 'value', words: '' }], column),
    ),
    cells: table.entries.map((entries) => entries.map(cell)),
    notes: table.notes,
    warnings: table.warnings,
  };
  return `${JSON.stringify(object)}\n`;
}

function record(keys: readonly Key[], { values }: Line): Record<string, unknown> {
  return Object.fromEntries(values.map((value, k) => [keys[k]?.key ?? '', value ?? null]));
}

function cell({ mean, std, n, of, reference }: Entry): Record<string, unknown> {
  const ours = { mean: mean ?? null, std: std ?? null, n, of };
  if (!reference) return ours;
  const { value, difference, source } = reference;
  return { ...ours, reference: { value, difference: difference ?? null, source } };
}
