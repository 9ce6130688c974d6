import { join } from 'node:path';
import type { Attempt, Cache } from '../cache/cache.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { PlannedCell } from '../plan/planner.ts';
import { measuredIn } from '../run/job-result.ts';
import { curvesOf } from './curves.ts';
import type { Curves, PageCell } from './page-data.ts';
import { recordsAmongEvents, recordsOfResult } from './read-records.ts';

/** The attempt that made the result of a cell; if it has none, the last one at it with this profile. */
export function attemptOf(
  { cell, state, key }: PlannedCell,
  pipeline: Pick<Pipeline, 'name' | 'profile'>,
  cache: Cache,
): Attempt | undefined {
  if (state === 'cached') return key && cache.publishingAttempt(key.fingerprint);
  const attempts = cache.attemptsOf(cell.id, pipeline.name);
  return attempts.find(({ profile }) => profile === (pipeline.profile ?? ''));
}

export function pageAttempt(attempt: Attempt, log: string | undefined): NonNullable<PageCell['attempt']> {
  const { host, seconds, peakMemory } = measuredIn(attempt);
  return {
    number: attempt.id,
    started: new Date(attempt.started).toISOString(),
    ...(host === undefined ? {} : { host }),
    ...(seconds === undefined ? {} : { seconds: Math.round(seconds * 1000) / 1000 }),
    ...(peakMemory === undefined ? {} : { peakMemory }),
    ...(log === undefined ? {} : { log }),
  };
}

/** The records in the artifact of a cell; if it has none, those that its last attempt has reported until now. */
export function curvesOfAttempt(
  { state, artifact }: PlannedCell,
  attempt: Attempt | undefined,
  cache: Cache,
): Curves | undefined {
  if (state !== 'cached' || artifact === undefined)
    return attempt && curvesOf(recordsAmongEvents(join(attempt.folder, 'events.jsonl')));
  return curvesOf(recordsOfResult(cache, artifact, attempt));
}
