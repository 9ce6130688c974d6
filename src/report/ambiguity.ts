import { Failure } from '../failure.ts';
import type { Scalar } from '../json.ts';
import { resolveKey } from '../pipeline/expand/keys.ts';
import { isSameSetting } from '../pipeline/parse/fractions.ts';
import type { Cell, Pipeline, TableSpec } from '../pipeline/pipeline.ts';

/**
 * Refuses to average cells that do not belong together: the cells of one entry may differ only in axes that are keys
 * of `over` (or that always have the same value as one, such as `teacher.seed` if each student uses the teacher with
 * its own seed).
 *
 * @param cells all cells of the stage
 * @param groups the cells of each entry
 * @throws Failure `ambiguous-table`, which names the axis and two of the cells
 */
export function refuseAmbiguity(
  spec: TableSpec,
  pipeline: Pipeline,
  cells: readonly Cell[],
  groups: readonly (readonly Cell[])[],
): void {
  const axes = [...new Set(cells.flatMap((cell) => Object.keys(cell.axes)))];
  const suspects = axes.filter((axis) => {
    // Some cells may not have the axis at all, for example those of a teacher that all seeds share.
    const having = cells.filter((cell) => axisOf(cell, axis) !== undefined);
    // Cells of one entry have the same rows and columns, whether these are axes or parameters.
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
      details: { table: spec.name, stage: spec.stage, key: axis, cells: [first.id, other.id] },
    },
  );
}

function axisOf(cell: Cell, axis: string): Scalar | undefined {
  return Object.hasOwn(cell.axes, axis) ? cell.axes[axis] : undefined;
}
