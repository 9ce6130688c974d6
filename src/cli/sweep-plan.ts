import type { Cache } from '../cache/cache.ts';
import type { Cell, CellId, Pipeline, Sweep, Trial } from '../pipeline/pipeline.ts';
import type { PlannedCell } from '../plan/planner.ts';
import type { Measured } from '../run/job-result.ts';
import { bounds } from '../sweep/search.ts';
import { duration } from './display/lines.ts';

/** What `retable plan` says about the sweeps of a pipeline: how many cells they run, and how long that takes. */
export function sweepLines(pipeline: Pipeline, planned: readonly PlannedCell[], cache: Cache): string[] {
  const trials = trialsOf(pipeline.cells);
  return pipeline.sweeps.map((sweep) => {
    const own = planned.flatMap((plan) => {
      const trial = trials.get(plan.cell.id);
      return trial?.sweep === sweep.name ? [{ ...plan, trial }] : [];
    });
    const { least, most, left } = costOf(sweep, own, cache);
    const cells = least === most ? `${most} cells` : `${least} to ${most} cells`;
    return `sweep ${sweep.name}: ${rungsText(sweep)}; ${cells}${workLeft(left)}${anew(sweep)}`;
  });
}

type Own = PlannedCell & { readonly trial: Trial };

function costOf({ search, rungs, points }: Sweep, own: readonly Own[], cache: Cache) {
  let [least, most, left] = [0, 0, 0];
  let isKnown = false;
  /** Seconds for one unit of the parameter of the rungs, as measured at the lowest rungs. */
  let perUnit: number | undefined;
  for (const [rung, trials] of bounds(search).entries()) {
    const cells = own.filter(({ trial }) => trial.rung === rung);
    const perTrial = cells.length / points.length;
    const isOpen = cells.some(({ state }) => state === 'may-run');
    const certain = cells.filter(({ state }) => state === 'run' || state === 'cached').length;
    const atMost = isOpen ? trials.most * perTrial : certain;
    least += isOpen ? Math.max(certain, trials.least * perTrial) : certain;
    most += atMost;
    const stop = rungs?.stops[rung] ?? 1;
    const units = stop - (rungs?.continued ? (rungs.stops[rung - 1] ?? 0) : 0);
    const seconds = cells.flatMap(({ key, state }) =>
      state === 'cached' && key ? (secondsOf(cache, key.fingerprint) ?? []) : [],
    );
    if (seconds.length > 0) perUnit = seconds.reduce((sum, one) => sum + one, 0) / seconds.length / units;
    isKnown ||= perUnit !== undefined;
    const done = cells.filter(({ state }) => state === 'cached').length;
    left += Math.max(0, atMost - done) * units * (perUnit ?? 0);
  }
  return { least, most, left: isKnown ? left : undefined };
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

/** The trial that each cell belongs to: of a trial itself, and of what needs it. */
function trialsOf(cells: readonly Cell[]): Map<CellId, Trial> {
  const found = new Map<CellId, Trial>();
  for (const { id, trial, chosen, needs } of cells) {
    if (chosen) continue;
    const of = trial ?? Object.values(needs).flatMap((need) => found.get(need) ?? [])[0];
    if (of !== undefined) found.set(id, of);
  }
  return found;
}

function secondsOf(cache: Cache, fingerprint: Parameters<Cache['publishingAttempt']>[0]): number | undefined {
  // Written by `attempt-cell.ts`.
  return (cache.publishingAttempt(fingerprint)?.measured as Partial<Measured> | undefined)?.seconds;
}
