import type { Table } from './table.ts';

/**
 * The table as tidy CSV (RFC 4180): one line for each entry and value, with its keys, for pandas or R. Numbers are
 * exact and in the unit of the value (0.873, not 87.3); missing values are empty.
 */
export function toCsv(table: Table): string {
  const keys = [...table.rowKeys, ...table.columnKeys].map(({ key }) => key);
  const header = [...keys, 'value', 'mean', 'std', 'n', 'of', 'reference', 'difference', 'source'];
  const lines: (string | number | boolean | undefined)[][] = [header];
  for (const [i, row] of table.rows.entries()) {
    for (const [j, column] of table.columns.entries()) {
      const entry = table.entries[i]?.[j];
      if (!entry || entry.of === 0) continue;
      const { value, difference, source } = entry.published ?? {};
      const across = column.values.slice(0, table.columnKeys.length);
      const name = table.values.length > 1 ? column.values.at(-1) : table.values[0];
      const numbers = [entry.mean, entry.std, entry.n, entry.of, value, difference];
      lines.push([...row.values, ...across, name, ...numbers, source]);
    }
  }
  return csvOf(lines);
}

/** Lines of CSV (RFC 4180); undefined is an empty field. */
export function csvOf(lines: readonly (readonly (string | number | boolean | undefined)[])[]): string {
  return lines.map((line) => `${line.map(field).join(',')}\n`).join('');
}

function field(value: string | number | boolean | undefined): string {
  const text = String(value ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
