import { resolve } from 'node:path';
import { Failure } from '../failure.ts';
import type { Cell, CellId } from '../pipeline/pipeline.ts';
import { planCells } from '../plan/plan.ts';
import { withNeeded } from '../plan/select.ts';
import { LocalExecutor } from '../run/local-executor.ts';
import { recoverAttempts } from '../run/recover.ts';
import { thisMachine } from '../run/resources.ts';
import { run } from '../run/run.ts';
import { compareCells, type Found } from '../verify/compare.ts';
import { recordedCell } from '../verify/make-record.ts';
import type { DoneCell, ResultsRecord } from '../verify/record.ts';
import { holds } from '../verify/verdict.ts';
import { silentDisplay } from './display/silent.ts';
import { interruptible } from './interrupt.ts';
import { EXIT } from './outcome.ts';
import { readRecord } from './record-to-verify.ts';
import { displayFor } from './run.ts';
import { shownPath } from './shown-path.ts';
import { VerifyCache } from './verify-cache.ts';
import { parseVerifyFlags, type VerifyChoices, type VerifyFlags } from './verify-flags.ts';
import { printVerified, type Verified } from './verify-report.ts';
import { scopeOf } from './verify-scope.ts';
import { warningsOf } from './warnings.ts';
import { type OpenPipeline, openPipeline } from './workspace.ts';

/** `retable verify`: runs cells again in a cache of their own, and compares the results with `record.json`. */
export async function verify(name: string | undefined, given: VerifyFlags): Promise<number> {
  const choices = parseVerifyFlags(given);
  const opened = await openPipeline(name, given);
  try {
    return await verifyPipeline(opened, choices, given);
  } finally {
    opened.cache.close();
  }
}

async function verifyPipeline(
  opened: OpenPipeline,
  choices: VerifyChoices,
  flags: VerifyFlags,
): Promise<number> {
  const { pipeline } = opened;
  const { file, record } = readRecord(opened, flags.record && resolve(flags.record));
  const scope = scopeOf(opened, record, choices);
  if (scope.drawn.size === 0)
    throw new Failure('no-record', `${shownPath(file)} has no results of these cells.`, {
      hint: `Run the pipeline: \`retable run ${pipeline.name}\` records them.`,
    });
  const own = new VerifyCache(opened, scope.isPart ? scope.drawn : undefined);
  const cells = withNeeded(pipeline.cells, scope.drawn);
  if (scope.isPart) await own.copy(cells, mayBeCopied(record, scope.drawn));
  const failures = await runCells(opened, own, cells, flags);
  if (failures === 'interrupted') {
    own.cache.close();
    console.error(`What is done is kept in ${shownPath(own.folder)}: the same command continues there.`);
    return EXIT.interrupted;
  }
  const found = await foundOf(own, cells, failures);
  const isTaken = (one: Found) =>
    one.state === 'done' && !scope.drawn.has(one.cell.id) && own.isCopy(one.result.fingerprint);
  const taken = found.filter(isTaken).map(({ cell }) => cell.id);
  const ran = found.filter((one) => !isTaken(one));
  const compared = [...compareCells(record.cells, ran, choices.tolerance), ...scope.others];
  const verified: Verified = { pipeline, file, record, choices, compared, taken, holds: holds(compared) };
  const hasFailed = failures.size > 0;
  if (hasFailed) own.cache.close();
  else own.end(flags.keep ?? false);
  printVerified(verified, {
    json: flags.json ?? false,
    kept: hasFailed || flags.keep ? own.folder : undefined,
  });
  return verified.holds ? EXIT.done : EXIT.failed;
}

/** The recorded results of cells that are not drawn, by the names of the cells. */
function mayBeCopied(record: ResultsRecord, drawn: ReadonlySet<string>): ReadonlyMap<string, DoneCell> {
  const done = record.cells.filter((cell) => cell.state === 'done');
  return new Map(done.flatMap((cell) => (drawn.has(cell.id) ? [] : [[cell.id, cell]])));
}

/** @returns the messages of cells that failed or could not run */
async function runCells(
  { pipeline, kinds, engine, workspace }: OpenPipeline,
  { cache, planner }: VerifyCache,
  cells: readonly Cell[],
  flags: VerifyFlags,
): Promise<ReadonlyMap<CellId, string> | 'interrupted'> {
  const display = flags.json ? silentDisplay() : await displayFor(flags);
  const machine = thisMachine(cells);
  const jobs = workspace.settings.jobs.value;
  const failures = new Map<CellId, string>();
  const interrupt = interruptible();
  try {
    display.show({
      event: 'run-started',
      pipeline: pipeline.name,
      profile: pipeline.profile,
      cells: cells.length,
      jobs: Math.min(jobs, machine.cpu),
      engine: engine?.identity.name ?? 'none',
    });
    const executor = new LocalExecutor();
    await recoverAttempts(cache, executor);
    await run({
      ...{ pipeline, kinds, engine, cache, planner, cells, machine, executor, jobs },
      settings: '',
      places: workspace.places,
      failFast: false,
      signal: interrupt.signal,
      emit: (event) => {
        if (event.event === 'cell-failed' && !event.willRetry) failures.set(event.cell, event.message);
        if (event.event === 'cell-skipped' && event.because === 'needs-failed')
          failures.set(event.cell, event.message);
        display.show(event);
      },
    });
    return interrupt.signal.aborted ? 'interrupted' : failures;
  } finally {
    display.end();
    interrupt.stop();
  }
}

/** The cells as they are in the cache of the verification, after the run. */
async function foundOf(
  { planner, cache }: VerifyCache,
  cells: readonly Cell[],
  failures: ReadonlyMap<CellId, string>,
): Promise<Found[]> {
  const plans = await planCells(planner, cells);
  return plans.map((plan): Found => {
    const { cell, artifact, reasons } = plan;
    const result = recordedCell(plan, () => (artifact ? warningsOf(cache, artifact) : []));
    if (result.state === 'done') return { state: 'done', cell, result };
    const message = failures.get(cell.id) ?? reasons[0]?.message ?? 'it did not run';
    return { state: result.state === 'missing' ? 'failed' : result.state, cell, message };
  });
}
