import type { CellId } from '../pipeline/pipeline.ts';
import type { TableWarning } from './table.ts';
import type { Known } from './values.ts';

/** Groups warnings by name, sorted: cells with the same warning are listed together. */
export function gatherWarnings(cells: readonly CellId[], warnings: Known['warnings']): TableWarning[] {
  const gathered = new Map<string, { cells: string[]; message: string }>();
  for (const id of new Set(cells)) {
    for (const { name, message } of warnings(id)) {
      const known = gathered.get(name) ?? { cells: [], message };
      if (known.cells.at(-1) !== id) known.cells.push(id);
      gathered.set(name, known);
    }
  }
  return [...gathered]
    .map(([name, { cells, message }]) => ({ name, cells, message }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
