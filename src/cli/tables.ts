import { join } from 'node:path';
import { explainDiskError } from '../cache/disk-failure.ts';
import { makeFolder } from '../cache/folders.ts';
import { Failure } from '../failure.ts';
import { replaceIfChanged } from '../replace-file.ts';
import { buildTable } from '../report/build-table.ts';
import { toCsv } from '../report/csv.ts';
import { toJson } from '../report/json.ts';
import { toLatex } from '../report/latex.ts';
import { toMarkdown } from '../report/markdown.ts';
import type { Table } from '../report/table.ts';
import { toText } from '../report/text.ts';
import { failureOf } from './failure-of.ts';
import type { Results } from './results.ts';
import { resultsFolder } from './results-folder.ts';
import type { OpenPipeline } from './workspace.ts';

/** The formats of tables, by their names for `--format`. */
export const FORMATS: Readonly<Record<string, (table: Table) => string>> = {
  text: toText,
  md: toMarkdown,
  csv: toCsv,
  latex: toLatex,
  json: toJson,
};

export interface Tables {
  readonly tables: readonly Table[];
  /** Of tables that could not be made, for example because a cell lacks a value. */
  readonly failures: readonly Failure[];
}

/** Tables of the results that are cached now. Other cells are missing in them. */
export function tablesOf({ pipeline, known }: Results, only?: string): Tables {
  const { values, ...others } = known;
  const specs = pipeline.tables.filter((spec) => only === undefined || spec.name === only);
  if (specs.length === 0 && only !== undefined) {
    throw new Failure('unknown-table', `${pipeline.name} has no table ${only}.`, {
      hint: `Tables: ${pipeline.tables.map((spec) => spec.name).join(', ') || 'none'}.`,
    });
  }
  const tables: Table[] = [];
  const failures: Failure[] = [];
  for (const spec of specs) {
    try {
      tables.push(buildTable(spec, pipeline, values, others));
    } catch (error) {
      failures.push(failureOf(error, `table ${spec.name}`));
    }
  }
  return { tables, failures };
}

export function showTables(tables: readonly Table[]): void {
  for (const table of tables) console.log(`\n${toText(table)}`);
}

/** Writes each table in every format. @returns the folder, or undefined if there are no tables */
export async function writeTables(
  { pipeline, workspace }: OpenPipeline,
  tables: readonly Table[],
): Promise<string | undefined> {
  if (tables.length === 0) return undefined;
  const folder = join(workspace.settings.results.value, resultsFolder(pipeline));
  try {
    makeFolder(folder);
    for (const table of tables) await writeTable(table, folder);
  } catch (error) {
    throw explainDiskError(error, `write tables to ${folder}`, '--results DIR');
  }
  return folder;
}

async function writeTable(table: Table, folder: string): Promise<void> {
  for (const [extension, form] of [
    ['md', toMarkdown],
    ['csv', toCsv],
    ['tex', toLatex],
    ['json', toJson],
  ] as const) {
    const text = Buffer.from(`${form(table).trimEnd()}\n`);
    await replaceIfChanged(join(folder, `${table.name}.${extension}`), text);
  }
}
