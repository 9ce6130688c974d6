import { Failure } from '../failure.ts';
import type { Cell } from '../pipeline/pipeline.ts';
import { suggest } from '../suggest.ts';

/**
 * Finds a cell by name. The order of the axes, spaces and quotes do not matter.
 * @throws Failure `unknown-cell`, with the most similar names
 */
export function findCell(cells: readonly Cell[], name: string, pipeline: string): Cell {
  const found = cells.find(isCalled(name));
  if (found) return found;
  throw new Failure('unknown-cell', `${pipeline} has no cell ${name}.`, { hint: nearestCells(cells, name) });
}

/** Returns a function that says whether a name means a given cell. */
export function isCalled(name: string): (cell: Cell) => boolean {
  const wanted = parseName(name);
  return (cell) =>
    cell.id === name ||
    (wanted !== undefined && Object.keys(cell.axes).length === wanted.axes.size && agrees(cell, wanted));
}

/** Removes quotes around a text, which a shell may have left there: `"student[seed=1]"`. */
export function unquoted(text: string): string {
  return /^\s*(["'])(.*)\1\s*$/s.exec(text)?.[2] ?? text.trim();
}

/** A hint for a wrong name: the cells that have all of its axes, or else those of its stage with similar names. */
function nearestCells(cells: readonly Cell[], name: string): string {
  const wanted = parseName(name);
  const near = wanted && wanted.axes.size > 0 ? cells.filter((cell) => agrees(cell, wanted)) : [];
  const ofStage = cells.filter(({ stage }) => stage === wanted?.stage);
  const choice = [near, ofStage, cells].find(({ length }) => length > 0) ?? [];
  const ids = choice.map(({ id }) => id);
  return suggest(wanted ? written(wanted) : name, ids, 'cells');
}

interface ParsedName {
  readonly stage: string;
  readonly axes: ReadonlyMap<string, string>;
}

function agrees({ stage, axes }: Cell, wanted: ParsedName): boolean {
  return (
    stage === wanted.stage &&
    [...wanted.axes].every(([axis, value]) => axis in axes && String(axes[axis]) === value)
  );
}

/** Undefined if it is not `stage` or `stage[axis=value,…]`. */
function parseName(name: string): ParsedName | undefined {
  const [, stage, list = ''] = /^([^[\]\s]+)\s*(?:\[(.*)\])?$/s.exec(unquoted(name)) ?? [];
  if (stage === undefined) return undefined;
  const axes = new Map<string, string>();
  // A comma in quotes is part of a value.
  for (const pair of list.match(/(?:"(?:\\.|[^"\\])*"|'[^']*'|[^,"'])+/g) ?? []) {
    const equals = pair.indexOf('=');
    if (equals < 0) return undefined;
    axes.set(pair.slice(0, equals).trim(), plainValue(pair.slice(equals + 1).trim()));
  }
  return { stage, axes };
}

/** In names, values in quotes are JSON strings. */
function plainValue(text: string): string {
  try {
    if (text.startsWith('"')) return String(JSON.parse(text));
  } catch {
    // Not JSON, so it is used as it is.
  }
  return unquoted(text);
}

function written({ stage, axes }: ParsedName): string {
  const list = [...axes].map(([axis, value]) => `${axis}=${value}`).join(',');
  return list === '' ? stage : `${stage}[${list}]`;
}
