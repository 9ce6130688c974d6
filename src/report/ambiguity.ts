import { Failure } from '../failure.ts';
import type { Scalar } from '../json.ts';
import { resolveKey } from '../pipeline/expand/keys.ts';
import { isSameSetting } from '../pipeline/parse/fractions.ts';
import type { Cell, Pipeline, TableSpec } from '../pipeline/pipeline.ts';

/**
 * Refuses to average what does not belong together: the cells of one entry may differ only in axes that are one of the
 * keys of `over` (or always have its value, as `teacher.seed` does where students use the teacher of their seed).
 *
 * @param cells all cells of the stage
 * @param groups those of each entry
 * @throws Failure `ambiguous-table`, naming the axis and two of the cells
 */
export function refuseAmbiguity(
  spec: TableSpec,
  pipeline: Pipeline,
  cells: readonly Cell[],
  groups: readonly (readonly Cell[])[],
): void {
  const axes = [...new Set(cells.flatMap((cell) => Object.keys(cell.axes)))];
  const suspects = axes.filter((axis) => {
    // Cells of another branch, such as a teacher that all seeds share, may not have the axis at all.
    const having = cells.filter((cell) => axisOf(cell, axis) !== undefined);
    // Cells of one entry have the same rows and columns, be it by an axis or by a parameter of that name.
    return ![...spec.over, ...spec.rows, ...spec.columns].some((key) =>
      having.every((cell) => isSameSetting(resolveKey(pipeline, cell, key), axisOf(cell, axis))),
    );
  });
  for (const group of groups) for (const axis of suspects) refuseIfMixed(spec, axis, group);
}

function refuseIfMixed(spec: TableSpec, axis: string, group: readonly Cell[]): void {
  const [first] = group;
  const other = first && group.find((cell) => !isSameSetting(axisOf(cell, axis), axisOf(first, axis)));
  if (!first || !other) return;
  throw new Failure(
    'ambiguous-table',
    `Table "${spec.name}" has several cells in one place that differ in "${axis}": ${first.id} and ${other.id}.`,
    {
      hint: `Add "${spec.stage}.${axis}" to the rows or columns of the table, or to \`over\` to take the mean over it.`,
      details: { table: spec.name, key: axis, cells: [first.id, other.id] },
    },
  );
}

function axisOf(cell: Cell, axis: string): Scalar | undefined {
  return Object.hasOwn(cell.axes, axis) ? cell.axes[axis] : undefined;
}
