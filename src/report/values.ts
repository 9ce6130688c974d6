import { Failure } from '../failure.ts';
import type { CellWarning } from '../kind/kind.ts';
import type { Cell, CellId } from '../pipeline/pipeline.ts';
import type { Member } from './table.ts';

/** The known results of the cells of a pipeline. */
export interface Known extends Numbers {
  /** The warnings of a cell; empty while it has no values. */
  warnings(id: CellId): readonly CellWarning[];
}

/** The numbers of the cells. */
export interface Numbers {
  /** The values of a cell; undefined while it has none. */
  values(id: CellId): Readonly<Record<string, number>> | undefined;
  /** The measurements of a cell's attempt, by name; a number is undefined if it is not known. */
  measured(id: CellId): Readonly<Record<string, number | undefined>>;
}

/**
 * The number of a cell, if it has one. `name` is a value or a measurement of the cell itself or, after the name of a
 * need and a point, of the cell that it needs.
 *
 * @throws Failure `unknown-value` if the cell has values, but not the one to show
 */
export function numbersOf(cell: Cell, name: string, known: Numbers): number[] {
  const { id, value } = placeOf(cell, name);
  const all = known.values(id);
  const number = all && Object.hasOwn(all, value) ? all[value] : undefined;
  if (number !== undefined) return [number];
  const measured = known.measured(id);
  if (Object.hasOwn(measured, value)) return [measured[value] ?? []].flat();
  if (all === undefined) return [];
  throw new Failure('unknown-value', `${id} has no value "${value}".`, {
    hint: `Its values: ${Object.keys(all).join(', ') || 'none'}. Change \`value\` of the table.`,
    details: { cell: id, value },
  });
}

/** The cell that the number comes from, which may be one that `cell` needs, and its number. */
export function memberOf(cell: Cell, name: string, known: Numbers): Member {
  return { cell: placeOf(cell, name).id, number: numbersOf(cell, name, known)[0] };
}

/** Whether the number of a cell with this name is a value of its artifact or a measurement. */
export function shownAs(cell: Cell, name: string, known: Numbers): 'value' | 'measured' {
  const { id, value } = placeOf(cell, name);
  if (Object.hasOwn(known.values(id) ?? {}, value)) return 'value';
  return Object.hasOwn(known.measured(id), value) ? 'measured' : 'value';
}

/** The cells that have these values: the cell itself, and cells that it needs. */
export function shownCells(cell: Cell, names: readonly string[]): CellId[] {
  return [...new Set(names.map((name) => placeOf(cell, name).id))];
}

/** The cell that has a value of a table, and its name there: `model.loss` is the value `loss` of the need `model`. */
export function placeOf({ id, needs }: Cell, name: string): { id: CellId; value: string } {
  const point = name.indexOf('.');
  const need = name.slice(0, Math.max(point, 0));
  const needed = Object.hasOwn(needs, need) ? needs[need] : undefined;
  return needed === undefined ? { id, value: name } : { id: needed, value: name.slice(point + 1) };
}
