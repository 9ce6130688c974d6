import { suggest } from '../suggest.ts';
import type { Expansion } from './expand/expansion.ts';
import { type FindCell, lineage, lookUp } from './expand/keys.ts';
import type { Params } from './expand/params.ts';
import type { Findings } from './parse/findings.ts';
import type { PipelineShape } from './parse/shape.ts';
import { type Located, readTable, type TableShape } from './parse/table-shape.ts';
import type { Cell, TableSpec } from './pipeline.ts';

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
  const stage = valueStage(table, expansion, findings);
  if (stage === undefined) return undefined;
  const cells = expansion.stages.get(stage)?.cells?.map(({ cell }) => withAnyChoice(cell));
  for (const one of table.value) if (cells !== undefined) checkNeed(one, stage, cells, findings);
  const findCell: FindCell = (id) => {
    const cell = expansion.find(id);
    return cell && withAnyChoice(cell);
  };
  const used = new Map<string, string>();
  const normalised = (keys: readonly Located[], role: string) =>
    keys.map(({ text, path }) => {
      const key = text.includes('.') ? text : `${stage}.${text}`;
      if (cells !== undefined) checkKey(key, { text, path }, cells, findCell, findings);
      const before = used.get(key);
      if (before !== undefined)
        findings.error('duplicate-key', { path }, `'${text}' is used twice: in ${before} and in ${role}`);
      used.set(key, role);
      return key;
    });
  const { path: _path, value, ...rest } = table;
  const spec: TableSpec = {
    ...rest,
    stage,
    values: value.map(({ text }) => nameOf(text)),
    rows: normalised(table.rows, 'rows'),
    columns: normalised(table.columns, 'columns'),
    over: normalised(table.over, 'over'),
    correlate: table.correlate.flatMap((one) => shownValue(one, value, findings)),
  };
  checkPublished(table, spec, findings);
  return spec;
}

/** A cell with all parameters that it can have, although a sweep has not chosen their values yet. */
function withAnyChoice(cell: Cell): Cell {
  return { ...cell, ...cell.chosen?.byTrial[0] };
}

/** The one stage that the values are of. */
function valueStage({ value }: TableShape, expansion: Expansion, findings: Findings): string | undefined {
  const known = [...expansion.stages.keys()];
  let stage: string | undefined;
  for (const one of value) {
    const dot = one.text.indexOf('.');
    const of = one.text.slice(0, Math.max(dot, 0));
    if (dot < 1 || dot === one.text.length - 1) {
      findings.error(
        'bad-value',
        { path: one.path },
        `'${one.text}' does not say which stage has the value`,
        { hint: 'write STAGE.NAME' },
      );
      return undefined;
    }
    if (!known.includes(of)) {
      findings.error('unknown-stage', { path: one.path }, `there is no stage '${of}'`, {
        hint: suggest(of, known, 'stages'),
      });
      return undefined;
    }
    if (stage !== undefined && stage !== of) {
      findings.error(
        'bad-value',
        { path: one.path },
        `a table shows the values of one stage: '${stage}' or '${of}'`,
      );
      return undefined;
    }
    stage = of;
  }
  return stage;
}

/** Correlated values must also be shown, so that readers see the numbers. */
function shownValue({ text, path }: Located, values: readonly Located[], findings: Findings): string[] {
  const shown = values.map((value) => value.text);
  if (shown.includes(text)) return [nameOf(text)];
  findings.error('bad-value', { path }, `'${text}' is not a value of this table`, {
    hint: suggest(text, shown, 'it shows'),
  });
  return [];
}

/** `STAGE.NAME` without its stage. */
function nameOf(text: string): string {
  return text.slice(text.indexOf('.') + 1);
}

/** `STAGE.NEED.NAME` is a value of a needed cell. */
function checkNeed({ text, path }: Located, stage: string, cells: readonly Cell[], findings: Findings): void {
  const [need, ...rest] = text.slice(stage.length + 1).split('.');
  if (need === undefined || rest.length === 0 || cells.some(({ needs }) => Object.hasOwn(needs, need)))
    return;
  const known = new Set(cells.flatMap(({ needs }) => Object.keys(needs)));
  findings.error('unknown-need', { path }, `stage '${stage}' has no need '${need}'`, {
    hint: suggest(need, known, 'it needs'),
  });
}

function checkKey(
  key: string,
  at: Located,
  cells: readonly Cell[],
  find: FindCell,
  findings: Findings,
): void {
  if (cells.some((cell) => lookUp(cell, key, find) !== undefined)) return;
  const dot = key.indexOf('.');
  const [name, field] = [key.slice(0, dot), key.slice(dot + 1)];
  const fields = new Map<string, Set<string>>();
  const add = (called: string, cell: Cell | undefined) => {
    const known = fields.get(called) ?? new Set(['stage']);
    for (const one of [...Object.keys(cell?.axes ?? {}), ...Object.keys(cell?.parameters ?? {})])
      known.add(one);
    fields.set(called, known);
  };
  for (const cell of cells) {
    add(cell.stage, cell);
    for (const [need, id] of Object.entries(cell.needs)) add(need, find(id));
    for (const one of lineage(cell, find)) add(one.stage, one);
  }
  const there = fields.get(name);
  const [first] = cells;
  if (there === undefined) {
    findings.error(
      'unknown-field',
      { path: at.path },
      `stage '${first?.stage}' neither needs nor comes from '${name}'`,
      {
        hint: suggest(name, fields.keys(), 'it knows'),
      },
    );
  } else {
    // Names with a dot are inherited axes, which are found by their stage.
    const plain = [...there].filter((one) => !one.includes('.'));
    findings.error('unknown-field', { path: at.path }, `'${name}' has no axis or parameter '${field}'`, {
      hint: suggest(field, plain, 'it has'),
    });
  }
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
