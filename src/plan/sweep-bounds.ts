import type { Cell, CellId, Pipeline, Sweep, Trial } from '../pipeline/pipeline.ts';
import { bounds } from '../sweep/search.ts';
import type { PlannedCell } from './planner.ts';

/** A planned cell that belongs to a trial. */
export type TrialCell = PlannedCell & { readonly trial: Trial };

/** The cells of a sweep at one of its rungs, and how many of them run. */
export interface RungCells {
  readonly rung: number;
  readonly cells: readonly TrialCell[];
  /** Whether the search has not decided yet about some of them. */
  readonly isOpen: boolean;
  /** Numbers of cells that run or have run. */
  readonly least: number;
  readonly most: number;
}

/** The rungs of a sweep, with the fewest and the most cells that run at each. */
export function rungsOf(pipeline: Pipeline, sweep: Sweep, planned: readonly PlannedCell[]): RungCells[] {
  const trials = trialsOf(pipeline.cells);
  const own = planned.flatMap((plan) => {
    const trial = trials.get(plan.cell.id);
    return trial?.sweep === sweep.name ? [{ ...plan, trial }] : [];
  });
  return bounds(sweep.search).map(({ least, most }, rung) => {
    const cells = own.filter(({ trial }) => trial.rung === rung);
    const perTrial = cells.length / sweep.points.length;
    const isOpen = cells.some(({ state }) => state === 'may-run');
    const certain = cells.filter(({ state }) => state === 'run' || state === 'cached').length;
    return {
      rung,
      cells,
      isOpen,
      least: isOpen ? Math.max(certain, least * perTrial) : certain,
      most: isOpen ? most * perTrial : certain,
    };
  });
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
