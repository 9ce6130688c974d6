import type { Cache } from '../cache/cache.ts';
import type { CellId } from '../pipeline/pipeline.ts';
import type { PlannedCell } from '../plan/planner.ts';
import { measuredIn } from '../run/job-result.ts';
import type { Cost } from './measure.ts';

/**
 * The costs of cells that have run, by what they are like: the means over those of which only seeds differ. What it took is
 * better known than any estimate.
 * @param likeOf from `likenesses`
 */
export function costsOfLike(
  planned: readonly PlannedCell[],
  likeOf: ReadonlyMap<CellId, string>,
  cache: Cache,
): ReadonlyMap<string, Cost> {
  const sizes = new Map(cache.ls().map(({ fingerprint, size }) => [fingerprint as string, size]));
  const found = new Map<string, Cost[]>();
  for (const { cell, key, values } of planned) {
    const like = likeOf.get(cell.id);
    // Cells that are forced to run again have values, too.
    if (values === undefined || key === undefined || like === undefined) continue;
    const run = measuredIn(cache.publishingAttempt(key.fingerprint));
    if (run.seconds === undefined || wasResumed(cache, cell.id, key.fingerprint)) continue;
    const { seconds, processorSeconds = seconds } = run;
    const cost = {
      start: 0,
      steps: processorSeconds,
      pace: seconds / processorSeconds,
      used: processorSeconds,
      memory: run.peakMemory,
      disk: sizes.get(key.fingerprint),
      flops: flopsOf(values),
    };
    found.set(like, [...(found.get(like) ?? []), cost]);
  }
  return new Map([...found].map(([like, costs]) => [like, meanOf(costs)]));
}

/** An attempt that went on from an earlier one took less than the whole cell. */
function wasResumed(cache: Cache, id: CellId, fingerprint: string): boolean {
  const [, before] = cache.attemptsOf(id).filter((attempt) => attempt.fingerprint === fingerprint);
  return before !== undefined && before.state !== 'done';
}

/** Trainings report the FLOPs of an epoch. */
function flopsOf(values: PlannedCell['values'] = {}): number | undefined {
  const { 'epoch-flops': perEpoch, epochs } = values;
  return perEpoch !== undefined && epochs !== undefined ? perEpoch * epochs : undefined;
}

function meanOf(costs: readonly Cost[]): Cost {
  const of = (name: 'memory' | 'disk' | 'flops') => {
    const known = costs.flatMap((cost) => cost[name] ?? []);
    return known.length > 0 ? known.reduce((sum, one) => sum + one, 0) / known.length : undefined;
  };
  const sum = (value: (cost: Cost) => number) => costs.reduce((total, cost) => total + value(cost), 0);
  const used = sum((cost) => cost.used);
  return {
    ...{ start: 0, steps: used / costs.length, pace: sum((cost) => cost.pace * cost.used) / used, used },
    memory: of('memory'),
    disk: of('disk'),
    flops: of('flops'),
  };
}
