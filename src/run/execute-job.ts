import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asFailure } from '../failure.ts';
import { type CellEvent, CellEvents } from './cell-events.ts';
import { addEvent, type CellReport, emptyReport } from './cell-report.ts';
import type { Executor, Handle } from './executor.ts';
import type { Job } from './job.ts';
import { type Exit, exitOf, type Stop } from './job-result.ts';

/** How often the events of a cell are read, in milliseconds. */
const POLL_MS = 100;

/** The file in the folder of an attempt that contains the handle of its job. */
export const HANDLE_FILE = 'handle.json';

interface ExecuteOptions {
  readonly executor: Executor;
  /** Aborted when the run is interrupted. */
  readonly signal: AbortSignal;
  readonly onEvent: (event: CellEvent) => void;
}

/** Executes a job to its end, and reads its events in the meantime. */
export async function executeJob(
  job: Job,
  { executor, signal, onEvent }: ExecuteOptions,
): Promise<{ readonly exit: Exit; readonly report: CellReport }> {
  const began = performance.now();
  const report = emptyReport();
  const readEvents = listener(new CellEvents(job.events), report, onEvent);
  const handle = await executor.submit(job);
  writeFileSync(join(job.folder, HANDLE_FILE), JSON.stringify(handle));
  const stopping = stopper(job, executor, handle, signal);
  const polling = setInterval(readEvents, POLL_MS);
  try {
    const ended = await executor.watch(handle);
    readEvents(true);
    const seconds = (performance.now() - began) / 1000;
    return { exit: exitOf(job, ended, report, { stop: stopping.reason(), seconds }), report };
  } finally {
    clearInterval(polling);
    stopping.end();
  }
}

/** Handles the events since the last call. After a line that cannot be read, the cell has failed and no more are read. */
function listener(events: CellEvents, report: CellReport, onEvent: (event: CellEvent) => void) {
  let hasFailed = false;
  return (isEnded = false): void => {
    if (hasFailed) return;
    try {
      for (const event of events.read(isEnded === true)) {
        addEvent(report, event);
        onEvent(event);
      }
    } catch (error) {
      hasFailed = true;
      const { reason, message, hint } = asFailure(error);
      report.failure ??= { event: 'failure', reason, message, ...(hint ? { hint } : {}) };
    }
  };
}

/** Cancels the job on an interrupt or after its timeout. */
function stopper({ timeout }: Job, executor: Executor, handle: Handle, signal: AbortSignal) {
  let reason: Stop;
  const stop = (why: Stop) => {
    reason ??= why;
    executor.cancel(handle);
  };
  const onAbort = () => stop('interrupted');
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  const timer = timeout === null ? undefined : setTimeout(() => stop('timeout'), timeout * 1000);
  return {
    reason: () => reason,
    end: () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    },
  };
}
