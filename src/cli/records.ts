import { join } from 'node:path';
import type { Attempt } from '../cache/cache.ts';
import { Failure } from '../failure.ts';
import type { Scalar } from '../json.ts';
import { type CellRecords, namesIn } from '../page/curves.ts';
import { recordsOfResult } from '../page/read-records.ts';
import { findCell } from '../plan/find-cell.ts';
import { planCells } from '../plan/plan.ts';
import { inColumns } from '../report/columns.ts';
import { csvOf } from '../report/csv.ts';
import { printed } from '../report/numbers.ts';
import { CellEvents } from '../run/cell-events.ts';
import { addEvent, emptyReport } from '../run/cell-report.ts';
import { EXIT } from './outcome.ts';
import { type OpenPipeline, openPipeline, type PipelineFlags } from './workspace.ts';

/** `retable records CELL`: what a cell records, such as its epochs: while it runs, and afterwards. */
export async function recordsCommand(
  name: string,
  pipelineName: string | undefined,
  given: PipelineFlags,
): Promise<number> {
  const opened = await openPipeline(pipelineName, given);
  const cell = findCell(opened.pipeline.cells, name, opened.pipeline.name).id;
  const { state, attempt, ...found } = await findRecords(opened, cell, given.attempt);
  opened.cache.close();
  const format = given.json ? 'json' : (given.format ?? 'text');
  if (format === 'json') console.log(JSON.stringify({ cell, state, attempt, ...found }));
  else if (format === 'csv') process.stdout.write(csvOf(rowsOf(found, String)));
  else {
    const of = attempt === null ? '' : `, attempt ${attempt}`;
    console.log(`${cell}${of}: ${state}`);
    console.log(`\n${inColumns(rowsOf(found, rounded), 0).join('\n')}`);
  }
  return EXIT.done;
}

interface Found extends CellRecords {
  readonly state: Attempt['state'];
  /** Null for a result of the cache. */
  readonly attempt: number | null;
}

/** Those of the result; those of the last attempt if it runs or if there is no result. @throws Failure `no-records` */
async function findRecords(
  { cache, known, pipeline }: OpenPipeline,
  cell: string,
  number: string | undefined,
): Promise<Found> {
  const attempts = cache.attemptsOf(cell, pipeline.name);
  const attempt = number === undefined ? attempts[0] : attempts.find(({ id }) => id === Number(number));
  if (number === undefined && attempt?.state !== 'running') {
    const plan = (await planCells(known, pipeline.cells)).find((one) => one.cell.id === cell);
    if (plan?.state === 'cached' && plan.key && plan.artifact) {
      const found = recordsOfResult(cache, plan.artifact, cache.publishingAttempt(plan.key.fingerprint));
      return required({ state: 'done', attempt: null, ...found }, cell);
    }
  }
  const found = attempt ? attemptedRecords(attempt) : { records: [], measurements: [] };
  return required({ state: attempt?.state ?? 'interrupted', attempt: attempt?.id ?? null, ...found }, cell);
}

/**
 * The records that an attempt has reported until now.
 * @throws Failure `bad-event`
 */
function attemptedRecords({ folder }: Attempt): CellRecords {
  const report = emptyReport();
  for (const event of new CellEvents(join(folder, 'events.jsonl')).read()) addEvent(report, event);
  return { records: report.records, measurements: report.recordMeasurements };
}

function required(found: Found, cell: string): Found {
  if (found.records.length > 0) return found;
  throw new Failure('no-records', `${cell} has no records${found.state === 'running' ? ' yet' : ''}.`, {
    hint: 'Kinds that train record each epoch; a program adds records to $RETABLE_EVENTS (docs/kinds.md).',
  });
}

/** One row for each record, below the names. Measurements come last. */
function rowsOf({ records, measurements }: CellRecords, shown: (value: Scalar) => string): string[][] {
  const names = namesIn(records);
  const measured = namesIn(measurements);
  const text = (value: Scalar | null | undefined) =>
    value === null || value === undefined ? '' : shown(value);
  return [
    [...names, ...measured],
    ...records.map((record, at) => [
      ...names.map((name) => text(record[name])),
      ...measured.map((name) => text(measurements[at]?.[name])),
    ]),
  ];
}

function rounded(value: Scalar): string {
  return typeof value === 'number' && !Number.isInteger(value) ? printed(value, 4) : String(value);
}
