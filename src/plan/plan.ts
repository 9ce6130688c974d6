import type { Digest } from '../cache/digest.ts';
import { isFailure } from '../failure.ts';
import type { Cell, CellId } from '../pipeline/pipeline.ts';
import type { PlannedCell, Planner } from './planner.ts';
import type { Reason } from './reasons.ts';
import type { End, Settled } from './searches.ts';

/**
 * Plans cells in order. If a cell has to run but its fingerprint is known (it was forced, or its files were damaged),
 * its artifact is assumed to be the same as last time: same key, same bytes. Otherwise the cells that need it are
 * planned to run too.
 * @returns the cells, with the parameters that sweeps have chosen for them as far as that is known
 */
export async function planCells(planner: Planner, cells: readonly Cell[]): Promise<PlannedCell[]> {
  const artifacts = new Map<CellId, Digest>();
  const searches = planner.searches();
  const planOne = async (cell: Cell): Promise<PlannedCell> => {
    const settled = searches.settle(cell);
    return settled.state === 'ready'
      ? planner.plan(settled.cell, (id) => artifacts.get(id))
      : withoutKey(cell, settled);
  };
  const planned: PlannedCell[] = [];
  for (const cell of cells) {
    const plan = await planOne(cell).catch((error: unknown) => blocked(cell, error));
    if (plan.artifact) artifacts.set(cell.id, plan.artifact);
    const end = endOf(plan);
    if (end) searches.ended(cell.id, end);
    planned.push(plan);
  }
  return planned;
}

/** What the plan of a cell means for searches; undefined if nothing is known before it has run. */
export function endOf({ state, values, reasons }: PlannedCell): End | undefined {
  if (values !== undefined) return { state: 'done', values };
  if (state === 'may-run') return { state };
  if (state !== 'left-out') return undefined;
  return { state: reasons.some(({ reason }) => reason === 'diverged') ? 'diverged' : 'left-out' };
}

/** A cell about which a search decides, or for which it has not chosen yet. */
function withoutKey(cell: Cell, settled: Exclude<Settled, { state: 'ready' }>): PlannedCell {
  const { message } = settled;
  const none = { cell, key: undefined, artifact: undefined, damage: [] };
  if (settled.state === 'left-out') {
    const reason = settled.end === 'diverged' ? 'diverged' : 'search';
    return { ...none, state: 'left-out', reasons: [{ reason, message }] };
  }
  const state = settled.what === 'trial' ? 'may-run' : 'run';
  return { ...none, state, reasons: [{ reason: 'search', message }] };
}

/** A cell that cannot be planned, for example because a file is missing. The other cells can. */
function blocked(cell: Cell, error: unknown): PlannedCell {
  if (!isFailure(error)) throw error;
  const reasons: Reason[] = [{ reason: 'blocked', message: error.message }];
  return { cell, state: 'run', reasons, key: undefined, artifact: undefined, damage: [] };
}
