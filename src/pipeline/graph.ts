import type { Cell, CellId, Pipeline } from './pipeline.ts';

/** From what is needed to what needs it. */
export type Edge = readonly [from: string, to: string];

/** The edges between cells, by name. */
export function cellEdges({ cells }: Pick<Pipeline, 'cells'>): Edge[] {
  return cells.flatMap((cell) => originsOf(cell).map((from): Edge => [from, cell.id]));
}

/** The edges between stages, by name. */
export function stageEdges({ cells }: Pick<Pipeline, 'cells'>): Edge[] {
  const stageOf = new Map(cells.map((cell) => [cell.id, cell.stage]));
  const edges = new Map<string, Edge>();
  for (const cell of cells) {
    for (const need of originsOf(cell)) {
      const from = stageOf.get(need) ?? need;
      edges.set(`${from} ${cell.stage}`, [from, cell.stage]);
    }
  }
  return [...edges.values()];
}

/** What a cell comes from: its needs, the trials of a choice, and the choice that it uses. */
function originsOf({ needs, selects, chosen, after = [] }: Cell): CellId[] {
  return [...Object.values(needs), ...(selects || chosen ? after : [])];
}
