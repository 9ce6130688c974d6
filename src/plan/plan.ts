import type { Digest } from '../cache/digest.ts';
import { isFailure } from '../failure.ts';
import type { Cell, CellId } from '../pipeline/pipeline.ts';
import type { PlannedCell, Planner } from './planner.ts';
import type { Reason } from './reasons.ts';

/**
 * Plans cells in order. If a cell has to run but its fingerprint is known (it was forced, or its files were damaged),
 * its artifact is assumed to be the same as last time: same key, same bytes. Otherwise the cells that need it are
 * planned to run too.
 */
export async function planCells(planner: Planner, cells: readonly Cell[]): Promise<PlannedCell[]> {
  const artifacts = new Map<CellId, Digest>();
  const planned: PlannedCell[] = [];
  for (const cell of cells) {
    const plan = await planner
      .plan(cell, (id) => artifacts.get(id))
      .catch((error: unknown) => blocked(cell, error));
    if (plan.artifact) artifacts.set(cell.id, plan.artifact);
    planned.push(plan);
  }
  return planned;
}

/** A cell that cannot be planned, for example because a file is missing. The other cells can. */
function blocked(cell: Cell, error: unknown): PlannedCell {
  if (!isFailure(error)) throw error;
  const reasons: Reason[] = [{ reason: 'blocked', message: error.message }];
  return { cell, state: 'run', reasons, key: undefined, artifact: undefined, damage: [] };
}
