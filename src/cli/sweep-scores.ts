import type { Sweep } from '../pipeline/pipeline.ts';
import { endOf } from '../plan/plan.ts';
import type { PlannedCell, Planner } from '../plan/planner.ts';
import type { Decision, Score } from '../sweep/search.ts';

/** What is known of a sweep, by rung and trial. */
export interface SweepScores {
  readonly scores: readonly (readonly Score[])[];
  readonly decisions: readonly (readonly Decision[])[];
}

/** Returns a function that gives the scores of a sweep's trials, as far as the cells that are planned have ended. */
export function sweepScores(planner: Planner, plans: readonly PlannedCell[]): (sweep: Sweep) => SweepScores {
  const searches = planner.searches();
  for (const plan of plans) {
    const end = endOf(plan);
    if (end) searches.ended(plan.cell.id, end);
  }
  return (sweep) => searches.progress(sweep);
}
