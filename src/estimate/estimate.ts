import type { Cache } from '../cache/cache.ts';
import { neededCell } from '../pipeline/expand/needed-cell.ts';
import type { Cell, CellId, Pipeline } from '../pipeline/pipeline.ts';
import type { PlannedCell } from '../plan/planner.ts';
import { costsOfLike } from './like-cells.ts';
import { likenesses } from './likeness.ts';
import { type MeasureOptions, measureCosts, type ToMeasure } from './measure.ts';
import { type RunningCells, runningCells } from './running-cells.ts';
import {
  byStage,
  type CellEstimate,
  processorSecondsOf,
  type StageEstimate,
  type Sums,
  sumsOf,
} from './summary.ts';

/** What the cells of a plan cost that run, or may run. */
export interface PlanEstimate {
  readonly cells: readonly CellEstimate[];
  readonly running: RunningCells;
  readonly stages: readonly StageEstimate[];
  readonly total: Sums;
}

export interface EstimateOptions extends MeasureOptions {
  readonly pipeline: Pipeline;
  readonly cache: Cache;
  /** All cells of the pipeline. */
  readonly planned: readonly PlannedCell[];
  /** The cells whose cost is asked for. */
  readonly selected: ReadonlySet<CellId>;
}

/**
 * Estimates what the cells of a plan cost: from cells of the cache that differ only in seeds, otherwise from a few measured
 * steps.
 */
export async function estimatePlan(options: EstimateOptions): Promise<PlanEstimate> {
  const { pipeline, cache, selected } = options;
  const planned = options.planned.map((plan) => ({ ...plan, cell: withParameters(plan) }));
  const cells = planned.map(({ cell }) => cell);
  const likeOf = likenesses(cells);
  const like = costsOfLike(planned, likeOf, cache);
  const asked = planned.filter(
    ({ cell, state }) => selected.has(cell.id) && (state === 'run' || state === 'may-run'),
  );
  const known = asked.map(({ cell }) => like.get(likeOf.get(cell.id) ?? ''));
  const byId = new Map(cells.map((cell) => [cell.id, cell]));
  const unknown = asked.flatMap(({ cell }, index): ToMeasure[] =>
    known[index] ? [] : [{ cell, needed: neededCell(cell, (id) => byId.get(id)) }],
  );
  const measured = (await measureCosts(unknown, options)).values();
  const estimates = asked.map(({ cell }, index): CellEstimate => {
    const before = known[index];
    if (before) return { cell, by: 'like', cost: before };
    const found = measured.next().value ?? { unknown: 'it was not measured' };
    if ('unknown' in found) return { cell, by: 'unknown', cost: undefined, why: found.unknown };
    return { cell, by: 'measured', cost: found };
  });
  const costs = new Map(estimates.map(({ cell, cost }) => [cell.id, processorSecondsOf(cost)]));
  const among = planned.filter(({ cell }) => selected.has(cell.id));
  const running = runningCells(pipeline, among, ({ cell }) => costs.get(cell.id) ?? 0);
  return {
    cells: estimates,
    running,
    stages: byStage(estimates, running),
    total: sumsOf(estimates, running),
  };
}

/** The cell, with the parameters of the first trial where a sweep has not chosen yet. */
function withParameters({ cell, key, reasons }: PlannedCell): Cell {
  const isOpen = key === undefined && reasons.some(({ reason }) => reason === 'search');
  return isOpen ? { ...cell, ...cell.chosen?.byTrial[0] } : cell;
}
