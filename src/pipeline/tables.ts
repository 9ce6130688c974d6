import { suggest } from '../suggest.ts';
import type { Expansion } from './expand/expansion.ts';
import type { Params } from './expand/params.ts';
import type { Findings } from './parse/findings.ts';
import type { PipelineShape } from './parse/shape.ts';
import { type Located, readTable, type TableShape } from './parse/table-shape.ts';
import type { TableSpec } from './pipeline.ts';
import { ShownKeys } from './shown-keys.ts';
import { nameOf, valueStage } from './shown-values.ts';

/** Reads the tables, and checks their keys on the cells of their stages. */
export function readTables(
  shape: PipelineShape,
  params: Params,
  expansion: Expansion,
  findings: Findings,
): TableSpec[] {
  return Object.entries(shape.tables).flatMap(([name, raw]) => {
    const path = ['tables', name];
    const value = params.fill(raw, path, ['params']);
    const table = value === undefined ? undefined : readTable(name, value, path, findings);
    return table === undefined ? [] : (checkTable(table, expansion, findings) ?? []);
  });
}

function checkTable(table: TableShape, expansion: Expansion, findings: Findings): TableSpec | undefined {
  const stage = valueStage(table.value, 'table', expansion, findings);
  if (stage === undefined) return undefined;
  const shown = new ShownKeys(stage, expansion, findings);
  for (const one of table.value) shown.checkNeed(one);
  const { path: _path, value, ...rest } = table;
  const spec: TableSpec = {
    ...rest,
    stage,
    values: value.map(nameOf),
    rows: shown.keys(table.rows, 'rows'),
    columns: shown.keys(table.columns, 'columns'),
    over: shown.keys(table.over, 'over'),
    where: shown.where(table.where),
    correlate: table.correlate.flatMap((one) => shownValue(one, value, findings)),
  };
  checkPublished(table, spec, findings);
  return spec;
}

/** Correlated values must also be shown, so that readers see the numbers. */
function shownValue(one: Located, values: readonly Located[], findings: Findings): string[] {
  const shown = values.map((value) => value.text);
  if (shown.includes(one.text)) return [nameOf(one)];
  findings.error('bad-value', { path: one.path }, `'${one.text}' is not a value of this table`, {
    hint: suggest(one.text, shown, 'it shows'),
  });
  return [];
}

/** A published value must be at a place of the table: as many values as there are keys. */
function checkPublished(table: TableShape, spec: TableSpec, findings: Findings): void {
  const columns = spec.columns.length + (spec.values.length > 1 ? 1 : 0);
  for (const [index, { row, column }] of table.published.entries()) {
    const path = [...table.path, 'references', index];
    for (const [key, given, wanted] of [
      ['row', row.length, spec.rows.length] as const,
      ['column', column.length, columns] as const,
    ]) {
      if (given === wanted) continue;
      findings.error(
        'bad-reference-value',
        { path: [...path, key] },
        `'${key}' must have ${wanted} ${wanted === 1 ? 'value' : 'values'}, one for each of the table's ${key}s, not ${given}`,
      );
    }
  }
}
