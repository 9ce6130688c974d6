import { join } from 'node:path';
import type { Attempt, Cache } from '../cache/cache.ts';
import type { Digest, Fingerprint } from '../cache/digest.ts';
import type { CellRecords } from '../page/curves.ts';
import { readRecords } from '../page/read-records.ts';
import { CellEvents } from '../run/cell-events.ts';
import { addEvent, emptyReport } from '../run/cell-report.ts';
import type { Measured } from '../run/job-result.ts';

const FILE = 'records.jsonl';

/**
 * The records of a published cell. A file `records.jsonl` that a program wrote itself counts as far as its lines are
 * objects.
 */
export function publishedRecords(cache: Cache, fingerprint: Fingerprint, artifact: Digest): CellRecords {
  if (!cache.files(artifact).some(({ path }) => path === FILE)) return { records: [], measurements: [] };
  // Written by `attempt-cell.ts`.
  const measured = (cache.publishingAttempt(fingerprint)?.measured ?? {}) as Partial<Measured>;
  return { records: readRecords(cache.path(artifact, FILE)), measurements: measured.records ?? [] };
}

/**
 * The records that an attempt has reported until now.
 * @throws Failure `bad-event`
 */
export function attemptedRecords({ folder }: Attempt): CellRecords {
  const report = emptyReport();
  for (const event of new CellEvents(join(folder, 'events.jsonl')).read()) addEvent(report, event);
  return { records: report.records, measurements: report.recordMeasurements };
}
