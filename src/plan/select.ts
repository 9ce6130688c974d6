import picomatch from 'picomatch';
import { Failure } from '../failure.ts';
import type { Cell, CellId } from '../pipeline/pipeline.ts';
import { didYouMean } from '../suggest.ts';
import { isCalled, unquoted } from './find-cell.ts';

/**
 * The cells that match any of the patterns: `student*`, `attack[*fgsm*]`, the name of a stage for all its cells, or
 * the name of a cell with its axes in any order. Brackets are literal, because they are part of the names.
 * @throws Failure `unknown-cell` if a pattern matches nothing, with the nearest names
 */
export function matchCells(cells: readonly Cell[], patterns: readonly string[]): Set<CellId> {
  return new Set(patterns.flatMap((pattern) => matching(cells, unquoted(pattern))).map(({ id }) => id));
}

function matching(cells: readonly Cell[], pattern: string): Cell[] {
  const matches = picomatch(pattern.replace(/[[\](){}!+@?\\]/g, '\\$&'), { bash: true, dot: true });
  const called = isCalled(pattern);
  const found = cells.filter((cell) => cell.stage === pattern || called(cell) || matches(cell.id));
  if (found.length > 0) return found;
  const stages = [...new Set(cells.map((cell) => cell.stage))];
  const ids = cells.map(({ id }) => id);
  const near = didYouMean(pattern, [...stages, ...ids]);
  throw new Failure('unknown-cell', `No cell is called ${pattern}.`, {
    hint: `${near ? `${near} ` : ''}Stages: ${stages.join(', ')}. A pattern such as '${stages.at(-1) ?? 'stage'}*' takes all cells of one; \`retable plan\` lists them.`,
  });
}

/** The matching cells and all cells that they need or wait for, in order; all cells if there are no patterns. */
export function selectCells(cells: readonly Cell[], patterns: readonly string[] = []): Cell[] {
  if (patterns.length === 0) return [...cells];
  return withNeeded(cells, matchCells(cells, patterns));
}

/** These cells and all cells that they need or wait for, in order. */
export function withNeeded(cells: readonly Cell[], ids: ReadonlySet<CellId>): Cell[] {
  const wanted = new Set(ids);
  for (const cell of cells.toReversed()) {
    if (wanted.has(cell.id))
      for (const id of [...Object.values(cell.needs), ...(cell.after ?? [])]) wanted.add(id);
  }
  return cells.filter((cell) => wanted.has(cell.id));
}
