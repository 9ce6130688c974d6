import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import type { Digest } from '../cache/digest.ts';
import { asFailure, Failure } from '../failure.ts';
import { parseReason } from '../failure-reasons.ts';
import type { Json } from '../json.ts';
import { filesRead, isRead } from '../kind/reads.ts';
import type { Cell, CellId } from '../pipeline/pipeline.ts';
import type { CellKey, Planner } from '../plan/planner.ts';
import type { Reason } from '../plan/reasons.ts';
import { refuseChangedInputs, requireWholeInputs } from './attempt-inputs.ts';
import type { CellEvent } from './cell-events.ts';
import { type CellReport, emptyReport, writeReport } from './cell-report.ts';
import { executeJob } from './execute-job.ts';
import type { Job, JobInput } from './job.ts';
import type { Exit } from './job-result.ts';
import type { Outcome } from './outcome.ts';
import type { RunOptions } from './run-options.ts';
import type { Share } from './share.ts';

/** A cell that is about to run. Its lease is held. */
export interface Task {
  readonly cell: Cell;
  readonly key: CellKey;
  readonly reasons: readonly Reason[];
  /** Its share of the machine, held while its process runs, but not while its result is published. */
  readonly share: Share;
  /** Whether a failed attempt may be repeated. False after an interrupt, and after a failure with --fail-fast. */
  mayRetry(): boolean;
}

/** Runs a cell and publishes its result. After a failure it runs again if its stage has retries. */
export async function attemptCell(options: RunOptions, task: Task): Promise<Outcome> {
  const { fingerprint } = task.key;
  if (task.reasons.some(({ reason }) => reason === 'forced')) options.cache.forgetEarlyStop(task.key);
  for (let retries = task.cell.retries; ; retries--) {
    await task.share.take();
    const { willRetry, ...ended } = await attemptOnce(options, task, retries);
    if (!willRetry) return { ...ended, fingerprint };
  }
}

type Ended = { readonly willRetry?: boolean } & (
  | { readonly state: 'executed'; readonly artifact: Digest }
  | { readonly state: 'failed' | 'skipped' | 'diverged' }
);

async function attemptOnce(options: RunOptions, task: Task, retries: number): Promise<Ended> {
  const { cache, emit, pipeline, signal, executor } = options;
  const { cell, key, reasons } = task;
  const { fingerprint, basis } = key;
  requireWholeInputs(cache, key.artifacts);
  const began = Date.now();
  const { id, folder } = cache.startAttempt({
    cell: cell.id,
    pipeline: pipeline.name,
    profile: pipeline.profile ?? '',
    fingerprint,
    basis,
    kind: cell.kind,
    inputs: Object.values(key.artifacts),
  });
  emit({ event: 'cell-started', cell: cell.id, fingerprint, attempt: id, reasons });
  const output = join(folder, 'output');
  const log = join(folder, 'log.txt');
  const onEvent = (event: CellEvent) => tellOn(options, cell.id, event);
  const execute = async () =>
    executeJob(jobOf(options, task, { folder, output, log }), { executor, signal, onEvent });
  const { exit, report } = await execute().catch(couldNotExecute);
  // Publishing waits for the disk. Another cell can run in the meantime.
  if (exit.state === 'done') task.share.give();
  const published =
    exit.state === 'done' ? await publish(options, task, { output, id, began, report }) : exit;
  const { measured } = exit;
  if ('artifact' in published) {
    cache.finishAttempt(id, { state: 'done', exitCode: 0, measured });
    await endScratch(options, key);
    const { artifact, values } = published;
    emit({
      event: 'cell-finished',
      cell: cell.id,
      fingerprint,
      artifact,
      attempt: id,
      seconds: measured.seconds,
      ...(measured.peakMemory === undefined ? {} : { peakMemory: measured.peakMemory }),
      ...(measured.compiled && { compiled: measured.compiled }),
      values,
    });
    return { state: 'executed', artifact };
  }
  const { state, reason, message, hint } = published;
  cache.finishAttempt(id, { ...exit, state, reason, message });
  if (state === 'interrupted') {
    const message = 'interrupted; it resumes from its last snapshot';
    emit({ event: 'cell-skipped', cell: cell.id, because: 'interrupted', message });
    return { state: 'skipped' };
  }
  if (reason === 'diverged' && cell.trial) {
    const because = 'diverged';
    emit({
      event: 'cell-skipped',
      cell: cell.id,
      because,
      message: `${message} It counts as the worst trial.`,
    });
    return { state: 'diverged' };
  }
  const willRetry = retries > 0 && task.mayRetry();
  const failure = { reason, message, ...(existsSync(log) ? { log } : {}), ...(hint ? { hint } : {}) };
  emit({ event: 'cell-failed', cell: cell.id, attempt: id, willRetry, ...failure });
  return { state: 'failed', willRetry };
}

/** If snapshots cannot be removed, the published cell is still a success. `cache gc` will try again. */
async function endScratch({ cache, emit }: RunOptions, key: CellKey): Promise<void> {
  try {
    await cache.endScratch(key);
  } catch (error) {
    emit({ event: 'notice', message: asFailure(error).message });
  }
}

/** Reports events of a running cell: progress, warnings and records. Its values are reported when it has ended. */
function tellOn({ emit }: RunOptions, cell: CellId, event: CellEvent): void {
  switch (event.event) {
    case 'progress': {
      const { event: _, phase = 'running', ...progress } = event;
      emit({ event: 'cell-progress', cell, progress: { phase, ...progress } });
      break;
    }
    case 'warning':
      emit({ event: 'cell-warning', cell, name: event.name, message: event.message });
      break;
    case 'record': {
      const { record, measurements } = event;
      emit({ event: 'cell-record', cell, record, ...(measurements && { measurements }) });
    }
  }
}

/** The end of an attempt that failed outside its cell, for example on a full disk or in the `program` of its kind. */
function couldNotExecute(error: unknown): { exit: Exit; report: CellReport } {
  const { reason, message, hint } = asFailure(error);
  const measured = { seconds: 0, host: hostname() };
  const exit = {
    state: 'failed' as const,
    reason: parseReason(reason),
    message,
    ...(hint ? { hint } : {}),
    measured,
  };
  return { exit, report: emptyReport() };
}

function jobOf(
  { cache, kinds, places, engine }: RunOptions,
  { cell, key, share }: Task,
  paths: Pick<Job, 'folder' | 'output' | 'log'>,
): Job {
  const kind = loadedKind(kinds, cell);
  const inputs = Object.entries(key.artifacts).map(([need, artifact]): [string, JobInput] => {
    const read = filesRead(kind.kind, need, cell.parameters);
    const names = cache.files(artifact).flatMap(({ path }) => (isRead(read, path) ? [path] : []));
    const files = Object.fromEntries(names.map((name) => [name, cache.path(artifact, name)]));
    return [need, { digest: key.basis.inputs[need] ?? artifact, files }];
  });
  const scratch = cache.scratch(key);
  return {
    cell: cell.id,
    program: kind.kind.program?.(cell.parameters) ?? null,
    module: kind.module,
    parameters: cell.parameters,
    inputs: Object.fromEntries(inputs),
    places,
    // A kind that does not declare `usesEngine` gets no engine, because the engine is not part of its key.
    engine:
      kind.kind.usesEngine && engine
        ? {
            name: engine.identity.name,
            module: engine.module,
            threads: key.basis.engine?.threads ?? share.allocation.cpu,
          }
        : null,
    ...paths,
    events: join(paths.folder, 'events.jsonl'),
    scratch,
    trajectory: dirname(scratch),
    allocation: share.allocation,
    timeout: cell.timeout ?? null,
  };
}

function loadedKind(kinds: RunOptions['kinds'], { kind: name }: Cell) {
  const kind = kinds.get(name);
  if (!kind) throw new Error(`kind ${name} was not loaded`);
  return kind;
}

type Unpublished = Pick<Exclude<Exit, { state: 'done' }>, 'state' | 'reason' | 'message' | 'hint'>;

async function publish(
  { cache, kinds, planner, pipeline }: RunOptions,
  { cell, key }: Task,
  { output, id, began, report }: { output: string; id: number; began: number; report: CellReport },
): Promise<{ artifact: Digest; values: Record<string, number> } | Unpublished> {
  try {
    const { fingerprint, basis } = key;
    await refuseChangedSources(planner, cell, key);
    refuseChangedInputs(cache, key.artifacts, began);
    const values = writeReport(output, report);
    const artifact = await cache.publish({
      fingerprint,
      basis: basis as Json,
      cell: cell.id,
      pipeline: pipeline.name,
      kind: cell.kind,
      type: loadedKind(kinds, cell).kind.output,
      folder: output,
      values,
      attempt: id,
    });
    return { artifact, values };
  } catch (error) {
    const { reason, message, hint } = asFailure(error);
    return { state: 'failed', reason, message, ...(hint ? { hint } : {}) };
  }
}

/** If a source was edited while the cell ran, the result would be stored under the key of the old content. */
async function refuseChangedSources(
  planner: Planner,
  cell: Cell,
  { fingerprint, basis, artifacts }: CellKey,
): Promise<void> {
  if (Object.keys(basis.sources).length === 0) return;
  const now = await planner.key(cell, artifacts);
  if (now.fingerprint === fingerprint) return;
  throw new Failure(
    'source-changed',
    'A file that the cell reads from outside the cache changed while it ran.',
    {
      hint: 'Run again: the cell then uses the file as it is now.',
    },
  );
}
