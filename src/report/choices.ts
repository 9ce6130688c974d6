import { lineage } from '../pipeline/expand/keys.ts';
import type { Cell, Pipeline, Sweep } from '../pipeline/pipeline.ts';

/** The sweeps that chose parameters of these cells, or of cells that they come from. */
export function choicesOf(cells: readonly Cell[], pipeline: Pipeline): Sweep[] {
  if (pipeline.sweeps.length === 0) return [];
  const byId = new Map(pipeline.cells.map((cell) => [cell.id, cell]));
  const names = new Set<string>();
  for (const cell of cells) {
    for (const one of [cell, ...lineage(cell, (id) => byId.get(id))])
      if (one.chosen) names.add(one.chosen.sweep);
  }
  return pipeline.sweeps.filter(({ name }) => names.has(name));
}

/** Says that a number is the best of several: readers must know how many were tried, and by what it was chosen. */
export function choiceNotes(sweeps: readonly Sweep[]): string[] {
  return sweeps.map(({ name, axes, points, objective, search }) => {
    const chosen = axes.map((axis) => axis.name).join(', ');
    const order = search.direction === 'maximise' ? 'highest' : 'lowest';
    return `Chosen by sweep ${name}: ${chosen}, the best of ${points.length} trials by ${objective.stage}.${objective.value} (${order}).`;
  });
}
