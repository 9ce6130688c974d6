import type { Cell, CellId } from '../pipeline.ts';
import type { Built } from './join.ts';

/** The cells that a sweep can choose: its trials at the highest rung. */
export interface Finalists {
  /**
   * One for each combination of the matrix and the needs of the stage: that of trial 0, which stands for the trial that
   * is chosen. Trial and rung are not among its axes.
   */
  readonly cells: readonly Built[];
  /** The cell of each trial, by that of trial 0. */
  readonly byTrial: ReadonlyMap<CellId, readonly CellId[]>;
}

export function finalistsOf(trials: readonly Built[]): Finalists {
  const highest = Math.max(...trials.map(({ cell }) => cell.trial?.rung ?? 0));
  const groups = new Map<string, { first: Built; ids: CellId[] }>();
  for (const built of trials) {
    const { cell, lineage, own } = built;
    const at = cell.trial;
    if (at?.rung !== highest) continue;
    const { trial: _trial, rung: _rung, ...axes } = own;
    const key = JSON.stringify([axes, [...lineage].map(([role, one]) => [role, one.cell.id])]);
    const group = groups.get(key) ?? { first: { ...built, own: axes }, ids: [] };
    group.ids[at.trial] = cell.id;
    groups.set(key, group);
  }
  const found = [...groups.values()];
  return {
    cells: found.map(({ first }) => first),
    byTrial: new Map(found.map(({ first, ids }) => [first.cell.id, ids])),
  };
}

/** The needs of a cell if a trial is chosen. */
export function needsWith(
  trial: number,
  needs: Readonly<Record<string, Built>>,
  finalists: Finalists | undefined,
): Cell['needs'] {
  return Object.fromEntries(
    Object.entries(needs).map(([need, built]) => {
      const { id } = built.cell;
      return [
        need,
        (finalists?.cells.includes(built) ? finalists.byTrial.get(id)?.[trial] : undefined) ?? id,
      ];
    }),
  );
}
