import type { Attempt, Cache } from '../cache/cache.ts';
import type { Digest } from '../cache/digest.ts';
import { readIfThere } from '../cache/read-if-there.ts';
import { measuredIn } from '../run/job-result.ts';
import type { CellRecords, RecordLine, RecordMeasurements } from './curves.ts';

const FILE = 'records.jsonl';

/**
 * The records in the artifact of a cell, with what the attempt that made it measured of them. A file that a program wrote
 * itself counts as far as its lines are objects.
 */
export function recordsOfResult(cache: Cache, artifact: Digest, attempt: Attempt | undefined): CellRecords {
  if (!cache.files(artifact).some(({ path }) => path === FILE)) return { records: [], measurements: [] };
  const { records: measurements = [] } = measuredIn(attempt);
  return { records: readRecords(cache.path(artifact, FILE)), measurements };
}

/** Reads records from a file with one in each line. A line that is not whole, because it is being written, is left out. */
export function readRecords(path: string): RecordLine[] {
  return jsonLines(path).filter((line): line is RecordLine => isObject(line));
}

/** The records among the events of an attempt that has not ended well. */
export function recordsAmongEvents(path: string): CellRecords {
  const events = jsonLines(path).flatMap((line) => {
    // Written by a cell, so it may be anything.
    const event = line as { event?: unknown; record?: unknown; measurements?: unknown } | null;
    return event?.event === 'record' && isObject(event.record)
      ? [{ record: event.record as RecordLine, measurements: event.measurements }]
      : [];
  });
  return {
    records: events.map(({ record }) => record),
    measurements: events.map(({ measurements }) =>
      isObject(measurements) ? (measurements as RecordMeasurements) : null,
    ),
  };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function jsonLines(path: string): unknown[] {
  return (readIfThere(path) ?? '').split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line) as unknown];
    } catch {
      return [];
    }
  });
}
