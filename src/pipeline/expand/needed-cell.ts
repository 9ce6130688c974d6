import type { NeededCell } from '../../kind/kind.ts';
import type { Cell, CellId } from '../pipeline.ts';

/**
 * A cell with all that it needs, as kinds see it. The needed cells are looked up when they are asked for.
 * @param find returns each cell that comes before this one
 */
export function neededCell(
  { id, kind, parameters, needs }: Cell,
  find: (id: CellId) => Cell | undefined,
): NeededCell {
  return {
    id,
    kind,
    parameters,
    get needs() {
      const found = Object.entries(needs).flatMap(([need, id]) => {
        const cell = find(id);
        return cell === undefined ? [] : [[need, neededCell(cell, find)] as const];
      });
      return Object.fromEntries(found);
    },
  };
}
