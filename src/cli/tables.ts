import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { explainDiskError } from '../cache/disk-failure.ts';
import { makeFolder } from '../cache/folders.ts';
import { Failure, isFailure } from '../failure.ts';
import type { Json } from '../json.ts';
import type { CellId } from '../pipeline/pipeline.ts';
import { planCells } from '../plan/plan.ts';
import type { PlannedCell } from '../plan/planner.ts';
import type { Reason } from '../plan/reasons.ts';
import { replaceFile } from '../replace-file.ts';
import { buildTable } from '../report/build-table.ts';
import { toCsv } from '../report/csv.ts';
import { toJson } from '../report/json.ts';
import { toLatex } from '../report/latex.ts';
import { toMarkdown } from '../report/markdown.ts';
import type { Table } from '../report/table.ts';
import { toText } from '../report/text.ts';
import type { Known } from '../report/values.ts';
import type { Measured } from '../run/job-result.ts';
import { resultsFolder } from './results-folder.ts';
import { warningsOf } from './warnings.ts';
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
export async function tablesOf(open: OpenPipeline, only?: string): Promise<Tables> {
  const { pipeline, known } = open;
  const specs = pipeline.tables.filter((spec) => only === undefined || spec.name === only);
  if (specs.length === 0 && only !== undefined) {
    throw new Failure('unknown-table', `${pipeline.name} has no table ${only}.`, {
      hint: `Tables: ${pipeline.tables.map((spec) => spec.name).join(', ') || 'none'}.`,
    });
  }
  const plans = await planCells(known, pipeline.cells);
  for (const message of new Set(plans.flatMap(({ reasons }) => reasons.flatMap(blockedBecause)))) {
    console.error(`note: some cells cannot be planned, so they are missing in the tables: ${message}`);
  }
  // With what sweeps chose, and without the trials that they left out.
  const cells = plans.filter(({ state }) => state !== 'left-out').map(({ cell }) => cell);
  const found = { ...pipeline, cells };
  const { values, ...others } = recordedOf(open, plans);
  const tables: Table[] = [];
  const failures: Failure[] = [];
  for (const spec of specs) {
    try {
      tables.push(buildTable(spec, found, values, others));
    } catch (error) {
      if (!isFailure(error)) throw error;
      const { reason, message, hint } = error;
      failures.push(new Failure(reason, `table ${spec.name}: ${message}`, { ...(hint && { hint }) }));
    }
  }
  return { tables, failures };
}

/** Values, warnings and measurements of cached cells. Each cell is read once, because tables ask for it several times. */
function recordedOf({ cache, kinds }: OpenPipeline, plans: readonly PlannedCell[]): Known {
  const planned = new Map(plans.map((plan) => [plan.cell.id, plan]));
  const read = (id: CellId) => {
    const plan = planned.get(id);
    const fingerprint = plan?.state === 'cached' ? plan.key?.fingerprint : undefined;
    const stored = fingerprint && cache.lookup(fingerprint);
    const { measures = [] } = kinds.get(plan?.cell.kind ?? '')?.kind ?? {};
    return {
      values: stored?.values,
      warnings: stored ? warningsOf(cache, stored.artifact) : [],
      measured: measurementsOf(measures, fingerprint && cache.measured(fingerprint)),
    };
  };
  const found = new Map<CellId, ReturnType<typeof read>>();
  const of = (id: CellId) => {
    const one = found.get(id) ?? read(id);
    found.set(id, one);
    return one;
  };
  return {
    values: (id) => of(id).values,
    warnings: (id) => of(id).warnings,
    measured: (id) => of(id).measured,
  };
}

/** The measurements that all kinds have (seconds, peak memory in bytes), and those that a kind declares. */
function measurementsOf(declared: readonly string[], found: Json | undefined) {
  // Written by `attempt-cell.ts`.
  const { seconds, peakMemory, measurements } = (found ?? {}) as Partial<Measured>;
  const unknown = Object.fromEntries(declared.map((name) => [name, undefined]));
  return { seconds, 'peak-memory': peakMemory, ...unknown, ...measurements };
}

/** Why a cell cannot be planned, if so. Other missing cells are not explained here, because `plan` lists them. */
function blockedBecause({ reason, message }: Reason): string[] {
  return reason === 'blocked' ? [message] : [];
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
    const text = `${form(table).trimEnd()}\n`;
    await replaceFile(join(folder, `${table.name}.${extension}`), (draft) => writeFile(draft, text));
  }
}
