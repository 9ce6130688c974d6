import type { Attempt } from '../cache/cache.ts';
import type { PlannedCell } from '../plan/planner.ts';
import type { CellState } from './page-data.ts';

/** What a cell is for the user. @param last how its last attempt ended, or that it runs */
export function cellState(planned: PlannedCell['state'], last: Attempt['state'] | undefined): CellState {
  if (planned === 'cached') return 'done';
  if (planned === 'left-out') return planned;
  return last === 'done' ? 'outdated' : (last ?? 'waiting');
}
