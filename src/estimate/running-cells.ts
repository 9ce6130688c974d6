import type { CellId, Pipeline } from '../pipeline/pipeline.ts';
import type { PlannedCell } from '../plan/planner.ts';
import { type RungCells, rungsOf, type TrialCell } from '../plan/sweep-bounds.ts';

/** The cells that run at least and at most, as far as sweeps have not decided yet. */
export interface RunningCells {
  readonly least: ReadonlySet<CellId>;
  readonly most: ReadonlySet<CellId>;
}

/**
 * Which cells of a plan run. Of the trials about which a sweep has not decided, as few and as cheap ones as possible, or as
 * many and as expensive ones.
 * @param secondsOf seconds of a cell; 0 if unknown
 */
export function runningCells(
  pipeline: Pipeline,
  planned: readonly PlannedCell[],
  secondsOf: (plan: PlannedCell) => number,
): RunningCells {
  const certain = planned.filter(({ state }) => state === 'run').map(({ cell }) => cell.id);
  const rungs = pipeline.sweeps.flatMap((sweep) => rungsOf(pipeline, sweep, planned));
  const open = (bound: 'least' | 'most') => rungs.flatMap((rung) => chosenTrials(rung, bound, secondsOf));
  return { least: new Set([...certain, ...open('least')]), most: new Set([...certain, ...open('most')]) };
}

/** The undecided cells of a rung that run: those of whole trials, the cheapest first or the most expensive first. */
function chosenTrials(
  { cells, ...rung }: RungCells,
  bound: 'least' | 'most',
  secondsOf: (plan: PlannedCell) => number,
): CellId[] {
  const undecided = new Map<number, TrialCell[]>();
  for (const cell of cells.filter(({ state }) => state === 'may-run'))
    undecided.set(cell.trial.trial, [...(undecided.get(cell.trial.trial) ?? []), cell]);
  const cost = (trial: readonly TrialCell[]) => trial.reduce((sum, cell) => sum + secondsOf(cell), 0);
  const sign = bound === 'least' ? 1 : -1;
  const trials = [...undecided.values()].sort((a, b) => sign * (cost(a) - cost(b)));
  const decided = cells.filter(({ state }) => state === 'run' || state === 'cached').length;
  let left = rung[bound] - decided;
  return trials.flatMap((trial) => {
    if (left <= 0) return [];
    left -= trial.length;
    return trial.map(({ cell }) => cell.id);
  });
}
