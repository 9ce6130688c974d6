import type { Pipeline } from '../pipeline/pipeline.ts';
import { placeOf } from '../report/values.ts';

/** By stage: names of the values that the tables show of its cells, in the order of the tables. */
export function shownValues({ cells, tables }: Pick<Pipeline, 'cells' | 'tables'>): Map<string, Set<string>> {
  const stageOf = new Map<string, string>(cells.map(({ id, stage }) => [id, stage]));
  const shown = new Map<string, Set<string>>();
  for (const { stage, values } of tables) {
    for (const cell of cells.filter((one) => one.stage === stage)) {
      for (const name of values) {
        const { id, value } = placeOf(cell, name);
        const owner = stageOf.get(id) ?? stage;
        shown.set(owner, (shown.get(owner) ?? new Set()).add(value));
      }
    }
  }
  return shown;
}
