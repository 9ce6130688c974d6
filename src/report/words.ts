import type { Json } from '../json.ts';
import { isScalar } from '../json.ts';
import { formatValue } from '../pipeline/expand/cell-names.ts';
import { difference, meanAndDeviation, number } from './numbers.ts';
import type { Entry, Line, Table, TableWarning } from './table.ts';

/**
 * The part of an entry with our own numbers: `87.3 ± 0.6 (3)`, `87.3 (1)`, `87.1 ± 0.4 (2 of 3)`, or a dash if
 * nothing is known.
 */
export function ours({ mean, std, n, of }: Entry, table: Table): string {
  if (mean === undefined) return '—';
  const numbers = std === undefined ? number(mean, table) : meanAndDeviation(mean, std, table);
  return `${numbers} (${n === of ? n : `${n} of ${of}`})`;
}

/** An entry with the published value, if there is one: `87.3 ± 0.6 (3); 86.9 [1], +0.4`. */
export function entryText(entry: Entry, table: Table): string {
  const { published, mean } = entry;
  if (!published) return ours(entry, table);
  const minus = mean === undefined ? '' : `, ${difference(mean, published.value, table)}`;
  return `${ours(entry, table)}; ${number(published.value, table)} [${published.mark}]${minus}`;
}

/** Describes the numbers in one line. */
export function headline(table: Table): string {
  const unit = table.format === 'percent' ? ' (%)' : '';
  const over = table.over.length > 0 ? ` over ${table.over.join(', ')}` : '';
  const statistic = over ? `mean ± sample standard deviation (n)${over}` : 'value (n)';
  const set = Object.entries(table.set).map(([key, value]) => `${key}=${shortened(value)}`);
  const profile = table.profile === undefined ? 'no profile' : `profile ${table.profile}`;
  const changed = set.length > 0 ? ` with ${set.join(', ')}` : '';
  return `${table.values.join(', ')}${unit}: ${statistic}; pipeline ${table.pipeline}, ${profile}${changed}`;
}

/** A value of `--set`, in one line. */
function shortened(value: Json): string {
  const text = isScalar(value) ? formatValue(value) : JSON.stringify(value);
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`;
}

export function titleOf({ title, name }: Table): string {
  return title ?? name;
}

/** Headings of the columns with row keys, then of the columns with numbers. */
export function headings(table: Table): { keys: string[]; columns: string[] } {
  return {
    keys: table.rowKeys.map(({ words }) => words),
    columns: table.columns.map((line) => columnWords(line, table)),
  };
}

/** The heading of a column; the name of the value if the table has no column keys. */
function columnWords({ words }: Line, table: Table): string {
  return words.length > 0 ? words.join(' / ') : (table.values[0] ?? '');
}

/** The text under a table: notes, how to read published values, their sources. */
export function footer(table: Table): { notes: string[]; sources: string[] } {
  const shown = table.entries.flat().some(({ published }) => published);
  const missing = table.entries.flat().some(({ n, of }) => n < of);
  const notes = [...table.notes];
  if (shown) notes.push('After the semicolon: the published value [its source], and ours minus it.');
  if (missing)
    notes.push('A dash, or "n of m": cells without values, because they have not run yet or failed.');
  if (table.unplaced.length > 0) notes.push(`Published, without a place here: ${table.unplaced.join('; ')}.`);
  notes.push(...table.warnings.map(warningText));
  return { notes, sources: [...table.sources] };
}

/** Number of cells that a warning names. */
const named = 3;

/** `Warning, zero-gradients: attack[a], attack[b], attack[c] and 9 more; the first: 12 of 64 …` */
export function warningText({ name, cells, message }: TableWarning): string {
  const more = cells.length > named ? ` and ${cells.length - named} more` : '';
  const first = cells.length > 1 ? '; the first: ' : ': ';
  return `Warning, ${name}: ${cells.slice(0, named).join(', ')}${more}${first}${message}`;
}
