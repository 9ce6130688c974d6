import type { Cache } from '../cache/cache.ts';
import type { Pipeline, Sweep } from '../pipeline/pipeline.ts';
import type { PlannedCell } from '../plan/planner.ts';
import { type RungCells, rungsOf } from '../plan/sweep-bounds.ts';
import { measuredIn } from '../run/job-result.ts';
import { bounds } from '../sweep/search.ts';
import { duration } from './display/lines.ts';

/** What `retable plan` says about the sweeps of a pipeline: how many cells they run, and how long that takes. */
export function sweepLines(pipeline: Pipeline, planned: readonly PlannedCell[], cache: Cache): string[] {
  return pipeline.sweeps.map((sweep) => {
    const found = rungsOf(pipeline, sweep, planned);
    const [least, most] = [sumOf(found, ({ least }) => least), sumOf(found, ({ most }) => most)];
    const cells = least === most ? `${most} cells` : `${least} to ${most} cells`;
    return `sweep ${sweep.name}: ${rungsText(sweep)}; ${cells}${workLeft(secondsLeft(sweep, found, cache))}${anew(sweep)}`;
  });
}

/** Seconds of the cells that may still run; undefined if no trial has run yet. */
function secondsLeft({ rungs }: Sweep, found: readonly RungCells[], cache: Cache): number | undefined {
  let left = 0;
  /** Seconds for one unit of the parameter of the rungs, as measured at the lowest rungs. */
  let perUnit: number | undefined;
  let isKnown = false;
  for (const { rung, cells, most } of found) {
    const stop = rungs?.stops[rung] ?? 1;
    const units = stop - (rungs?.continued ? (rungs.stops[rung - 1] ?? 0) : 0);
    const seconds = cells.flatMap(({ key, state }) =>
      state === 'cached' && key ? (measuredIn(cache.publishingAttempt(key.fingerprint)).seconds ?? []) : [],
    );
    if (seconds.length > 0) perUnit = sumOf(seconds, (one) => one) / seconds.length / units;
    isKnown ||= perUnit !== undefined;
    const done = cells.filter(({ state }) => state === 'cached').length;
    left += Math.max(0, most - done) * units * (perUnit ?? 0);
  }
  return isKnown ? left : undefined;
}

function sumOf<T>(all: readonly T[], of: (one: T) => number): number {
  return all.reduce((sum, one) => sum + of(one), 0);
}

function workLeft(seconds: number | undefined): string {
  if (seconds === undefined) return '';
  return seconds === 0 ? ', all done' : `, about ${duration(seconds)} of work left`;
}

function rungsText({ search, rungs, points }: Sweep): string {
  if (rungs === undefined) return `${points.length} trials`;
  const counts = bounds(search).map(({ least, most }) =>
    least === most ? `${most}` : `${least} to ${most}`,
  );
  return `${counts.join(', then ')} trials at ${rungs.name} ${rungs.stops.join(', ')}`;
}

function anew({ rungs }: Sweep): string {
  return rungs === undefined || rungs.continued
    ? ''
    : '; each rung begins anew, because its kind cannot go on';
}
