import { lstatSync, readdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Attempt } from '../cache/attempts.ts';
import type { CompileCost } from '../engine/engine.ts';
import type { CellReport } from './cell-report.ts';
import type { Explained } from './ending.ts';
import type { Ended } from './executor.ts';
import type { Job } from './job.ts';

/** How an attempt ended, before anything is published. */
export type Exit =
  | { readonly state: 'done'; readonly measured: Measured }
  | ({
      readonly state: 'failed' | 'timeout' | 'interrupted';
      readonly exitCode?: number;
      readonly signal?: string;
      readonly measured: Measured;
    } & Explained);

/** Measurements of the attempt. They are stored with the attempt, never in the artifact. */
export type Measured = {
  readonly seconds: number;
  /** In bytes; undefined if it could not be measured. */
  readonly peakMemory?: number;
  /** Seconds that processors worked for it, in all threads; undefined for programs. */
  readonly processorSeconds?: number;
  /** Undefined if it started no engine, or one that does not compile. */
  readonly compiled?: CompileCost;
  /** Measurements that the cell reported. */
  readonly measurements?: Readonly<Record<string, number>>;
  /**
   * Measurements of each record, by its position in `records.jsonl`; null if it has none, such as an epoch that an
   * earlier attempt trained. Undefined if no record has any.
   */
  readonly records?: readonly (Readonly<Record<string, number>> | null)[];
  readonly host: string;
};

/** The measurements that are stored with an attempt; none if there is no attempt, or if it ended without any. */
export function measuredIn(attempt: Attempt | undefined): Partial<Measured> {
  return (attempt?.measured ?? {}) as Partial<Measured>; // written by `attempt-cell.ts`
}

/** Why the scheduler ended a job; undefined if it did not. */
export type Stop = 'interrupted' | 'timeout' | undefined;

/** The result of an attempt, from how its job ended and from the events of the cell. */
export function exitOf(
  job: Job,
  ended: Ended,
  report: CellReport,
  { stop, seconds }: { stop: Stop; seconds: number },
): Exit {
  const measured = measuredOf(report, seconds);
  const { exitCode, signal, problem } = ended;
  const how = {
    measured,
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(signal === undefined ? {} : { signal }),
  };
  // A program that was stopped may exit with 0, but its output is incomplete. A cell process reports an event when it
  // is done.
  const isDone =
    exitCode === 0 && !report.failure && (job.program ? stop === undefined : report.done !== undefined);
  if (isDone) {
    const missing = missingOutputs(job);
    return missing ? { state: 'failed', ...how, ...missing } : { state: 'done', measured };
  }
  if (stop === 'interrupted') return { state: stop, reason: stop, message: stop, ...how };
  if (stop === 'timeout') {
    return {
      state: stop,
      reason: stop,
      message: `It was stopped after its timeout of ${job.timeout} s.`,
      ...how,
    };
  }
  return { state: 'failed', ...explained(report, problem), ...how };
}

function explained({ failure }: CellReport, problem: Explained | undefined): Explained {
  if (!failure)
    return problem ?? { reason: 'ended-early', message: 'The process ended before its work was done.' };
  const { reason = 'failed', message, hint } = failure;
  return { reason, message, ...(hint === undefined ? {} : { hint }) };
}

function measuredOf({ done, measurements, recordMeasurements }: CellReport, seconds: number): Measured {
  return {
    seconds,
    host: hostname(),
    ...(done?.peakMemory === undefined ? {} : { peakMemory: done.peakMemory }),
    ...(done?.processorSeconds === undefined ? {} : { processorSeconds: done.processorSeconds }),
    ...(done?.compiled && { compiled: done.compiled }),
    ...(Object.keys(measurements).length > 0 && { measurements }),
    ...(recordMeasurements.some((one) => one !== null) && { records: recordMeasurements }),
  };
}

function missingOutputs({ program, output }: Job): Explained | undefined {
  const missing = program?.outputs.filter((name) => !holdsFile(join(output, name))) ?? [];
  if (missing.length === 0) return undefined;
  return {
    reason: 'output-missing',
    message: `It ended without an error but did not write ${missing.join(', ')}.`,
    hint: 'It must write its outputs to the folder in $RETABLE_OUTPUT; a folder counts only if it contains a file.',
  };
}

/** Whether there is a file at a path or below it. Empty folders do not count, because artifacts do not store them. */
function holdsFile(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found?.isDirectory()) return found !== undefined;
  return readdirSync(path).some((name) => holdsFile(join(path, name)));
}
