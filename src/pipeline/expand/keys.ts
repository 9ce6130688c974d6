import type { Scalar } from '../../json.ts';
import { isScalar } from '../../json.ts';
import type { Cell, CellId, Pipeline } from '../pipeline.ts';

/** Finds a cell by its name. */
export type FindCell = (id: CellId) => Cell | undefined;

const indices = new WeakMap<Pipeline, Map<CellId, Cell>>();

/**
 * The value of a table's key for one cell. `key` is `NAME.FIELD`: NAME is the cell's stage, one of its needs, or a
 * stage that it comes from (the nearest first); FIELD is an axis, a parameter, or `stage`.
 * @returns the value as written (`8/255`); undefined if the cell has none
 */
export function resolveKey(pipeline: Pipeline, cell: Cell, key: string): Scalar | undefined {
  let index = indices.get(pipeline);
  if (index === undefined) {
    index = new Map(pipeline.cells.map((one) => [one.id, one]));
    indices.set(pipeline, index);
  }
  const cells = index;
  return lookUp(cell, key, (id) => cells.get(id));
}

/** Like `resolveKey`, for cells of a pipeline under construction. A key without a dot is a field of the cell itself. */
export function lookUp(cell: Cell, key: string, find: FindCell): Scalar | undefined {
  const dot = key.indexOf('.');
  if (dot < 0) return fieldOf(cell, key, find);
  const [name, field] = [key.slice(0, dot), key.slice(dot + 1)];
  const target = cellCalled(cell, name, find);
  return target === undefined ? undefined : fieldOf(target, field, find);
}

/** The cells that a cell comes from, nearest first, without the cell itself. */
export function* lineage(cell: Cell, find: FindCell): Generator<Cell> {
  const seen = new Set<CellId>();
  let level: readonly Cell[] = [cell];
  while (level.length > 0) {
    const ids = new Set(level.flatMap((one) => Object.values(one.needs)).filter((id) => !seen.has(id)));
    level = [...ids].flatMap((id) => find(id) ?? []);
    for (const id of ids) seen.add(id);
    yield* level;
  }
}

function cellCalled(cell: Cell, name: string, find: FindCell): Cell | undefined {
  if (name === cell.stage) return cell;
  const need = Object.hasOwn(cell.needs, name) ? cell.needs[name] : undefined;
  if (need !== undefined) return find(need);
  for (const one of lineage(cell, find)) if (one.stage === name) return one;
  return undefined;
}

function fieldOf(cell: Cell, field: string, find: FindCell): Scalar | undefined {
  const axis = Object.hasOwn(cell.axes, field) ? cell.axes[field] : undefined;
  const { parameters, written } = cell;
  const parameter = [written, parameters].find((one) => Object.hasOwn(one, field))?.[field];
  // An own axis comes before a parameter, and a parameter before an inherited axis.
  if (axis !== undefined && (parameter === undefined || !isInherited(cell, field, find))) return axis;
  if (isScalar(parameter)) return parameter;
  return axis ?? (field === 'stage' ? cell.stage : undefined);
}

/**
 * Whether an axis is inherited. If an own and an inherited axis have the same name, the inherited one is named with
 * its stage, such as `teacher.seed`.
 */
function isInherited(cell: Cell, axis: string, find: FindCell): boolean {
  if (Object.keys(cell.axes).some((name) => name.endsWith(`.${axis}`))) return false;
  for (const one of lineage(cell, find)) if (Object.hasOwn(one.axes, axis)) return true;
  return false;
}
