import type { Json, Scalar } from '../../json.ts';
import { isScalar } from '../../json.ts';
import type { PublishedValue, TableSpec } from '../pipeline.ts';
import type { Findings } from './findings.ts';
import { isMapping, type JsonMap, Readers } from './readers.ts';
import type { Path } from './source.ts';

const tableKeys = [
  'title',
  'value',
  'rows',
  'columns',
  'over',
  'where',
  'format',
  'digits',
  'labels',
  'notes',
  'references',
  'correlate',
];

/** A table with keys as written; its stage and fields are not yet checked. */
export interface TableShape
  extends Omit<TableSpec, 'stage' | 'where' | 'values' | 'rows' | 'columns' | 'over' | 'correlate'> {
  readonly path: Path;
  readonly value: readonly Located[];
  readonly rows: readonly Located[];
  readonly columns: readonly Located[];
  readonly over: readonly Located[];
  readonly where: readonly WhereShape[];
  readonly correlate: readonly Located[];
}

export interface Located {
  readonly text: string;
  readonly path: Path;
}

/** A condition on cells, as written: a key, and the values that it may have. */
export interface WhereShape extends Located {
  readonly values: readonly Scalar[];
}

/** Reads a table in which references to params are already replaced; undefined if too much is missing. */
export function readTable(name: string, value: Json, path: Path, findings: Findings): TableShape | undefined {
  const read = new Readers(findings);
  const what = `table '${name}'`;
  const body = read.mapping(value, path, what, tableKeys);
  if (!isMapping(value)) return undefined;
  const keys = (key: string) => read.texts(body[key], [...path, key], `'${key}' of ${what}`);
  const format = read.oneOf(body.format, ['percent', 'number'], [...path, 'format']) ?? 'number';
  const digits = read.whole(body.digits, { least: 0, most: 20 }, [...path, 'digits']);
  const table: TableShape = {
    name,
    path,
    title: read.text(body.title, [...path, 'title'], `'title' of ${what}`),
    value: keys('value'),
    rows: keys('rows'),
    columns: keys('columns'),
    over: keys('over'),
    where: readWhere(read, body.where, [...path, 'where'], what),
    correlate: keys('correlate'),
    format,
    digits: digits ?? (format === 'percent' ? 1 : 3),
    labels: readLabels(read, body.labels, [...path, 'labels'], what),
    notes: keys('notes').map(({ text }) => text),
    published: read
      .list(body.references, [...path, 'references'], `'references' of ${what}`)
      .flatMap((one, index) => readPublished(read, one, [...path, 'references', index], findings)),
  };
  if (body.value === undefined || (Array.isArray(body.value) && body.value.length === 0)) {
    findings.error('missing-key', { path, at: 'key' }, `${what} does not say which value it shows`, {
      hint: 'add value: STAGE.NAME',
    });
  }
  return table;
}

export function readLabels(
  read: Readers,
  value: Json | undefined,
  path: Path,
  what: string,
): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const [key, label] of Object.entries(read.mapping(value, path, `'labels' of ${what}`))) {
    if (isScalar(label)) labels[key] = String(label);
    else read.wrongType([...path, key], `label '${key}'`, 'text', label);
  }
  return labels;
}

export function readWhere(read: Readers, value: Json | undefined, path: Path, what: string): WhereShape[] {
  return Object.entries(read.mapping(value, path, `'where' of ${what}`)).map(([text, given]) => {
    const list: readonly Json[] = Array.isArray(given) ? given : [given];
    const bad = list.find((one) => !isScalar(one));
    if (bad !== undefined) read.wrongType([...path, text], `'${text}'`, 'a value or a list of values', bad);
    return { text, path: [...path, text], values: list.filter(isScalar) };
  });
}

function readPublished(read: Readers, value: Json, path: Path, findings: Findings): PublishedValue[] {
  const body: JsonMap = read.mapping(value, path, 'a published value', ['row', 'column', 'value', 'source']);
  if (!isMapping(value)) return [];
  const before = findings.errors;
  const scalars = (key: string): Scalar[] => {
    const given = body[key] ?? [];
    const list: readonly Json[] = Array.isArray(given) ? given : [given];
    const bad = list.find((one) => !isScalar(one));
    if (bad !== undefined)
      read.wrongType([...path, key], `'${key}' of a published value`, 'a list of values of axes', bad);
    return list.filter(isScalar);
  };
  const place = { row: scalars('row'), column: scalars('column') };
  const number = body.value;
  if (number === undefined || body.source === undefined) {
    const missing = number === undefined ? 'value' : 'source';
    findings.error('missing-key', { path }, `a published value has no '${missing}'`);
    return [];
  }
  if (typeof number !== 'number')
    read.wrongType([...path, 'value'], "'value' of a published value", 'a number', number);
  const source = read.text(body.source, [...path, 'source'], "'source' of a published value");
  if (typeof number !== 'number' || source === undefined || findings.errors > before) return [];
  return [{ ...place, value: number, source }];
}
