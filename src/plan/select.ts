import picomatch from 'picomatch';
import { Failure } from '../failure.ts';
import type { Cell, CellId } from '../pipeline/pipeline.ts';

/**
 * Matches cell names: `student*`, `attack[*fgsm*]`, or a stage's bare name for all of its cells. Brackets are taken as they
 * stand, since they are part of the names.
 * @throws Failure `no-such-cell` where nothing matches, with the names nearest to it
 */
export function matchCells(cells: readonly Cell[], pattern: string): Set<CellId> {
  const matches = picomatch(pattern.replace(/[[\](){}!+@?\\]/g, '\\$&'), { bash: true, dot: true });
  const found = cells.filter((cell) => cell.stage === pattern || cell.id === pattern || matches(cell.id));
  if (found.length === 0) {
    const stages = [...new Set(cells.map((cell) => cell.stage))];
    throw new Failure('no-such-cell', `No cell is called ${pattern}.`, {
      hint: `Stages: ${stages.join(', ')}. A pattern such as '${stages.at(-1) ?? 'stage'}*' takes all cells of one; \`retable plan\` lists them.`,
    });
  }
  return new Set(found.map((cell) => cell.id));
}

/** The matching cells and all that they need, in order. */
export function selectCells(cells: readonly Cell[], pattern: string | undefined): Cell[] {
  if (pattern === undefined) return [...cells];
  const wanted = matchCells(cells, pattern);
  for (const cell of cells.toReversed()) {
    if (wanted.has(cell.id)) for (const id of Object.values(cell.needs)) wanted.add(id);
  }
  return cells.filter((cell) => wanted.has(cell.id));
}
