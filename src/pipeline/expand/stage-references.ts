import { suggest } from '../../suggest.ts';
import type { Findings } from '../parse/findings.ts';
import type { Reference } from '../parse/references.ts';
import type { Path } from '../parse/source.ts';
import type { StageShape } from '../parse/stage-shape.ts';
import type { ExpandedStage } from './expanded-stage.ts';
import type { StageLimits } from './limits.ts';
import type { Combination } from './matrix.ts';
import type { StageValues } from './stage-values.ts';
import { type Condition, conditionAxes } from './where.ts';

/** A stage before its cells are created. */
export interface StageParts {
  readonly shape: StageShape;
  readonly values: StageValues;
  readonly limits: StageLimits;
  readonly conditions: readonly Condition[];
  /** Undefined if the matrix has mistakes. */
  readonly matrix: readonly Combination[] | undefined;
  readonly matrixAxes: ReadonlySet<string>;
  readonly stages: ReadonlyMap<string, ExpandedStage>;
  /** Places of the axes that a sweep sets. */
  readonly space: ReadonlyMap<string, Path>;
}

/** Checks that the references of a stage lead to existing axes and needs, and that every axis is used. */
export function checkStageReferences(parts: StageParts, findings: Findings): void {
  const { shape, values, limits, matrixAxes } = parts;
  const where = conditionAxes(parts.conditions, findings);
  for (const { axis, path, text } of where) checkAxis(parts, axis, path, text, findings);
  for (const { reference, path } of [...values.references, ...limits.references]) {
    if (reference.root === 'matrix')
      checkAxis(parts, reference.names[0] ?? '', path, reference.text, findings);
    if (reference.root === 'needs') checkNeed(parts, reference, path, findings);
  }
  const used = new Set(where.map(({ axis }) => axis));
  for (const { reference } of values.references)
    if (reference.root === 'matrix') used.add(reference.names[0] ?? '');
  // A condition that could not be read may use any axis.
  const sure =
    shape.sound &&
    shape.needs.every((need) =>
      Object.keys(need.where).every((key) =>
        parts.conditions.some((one) => one.need === need.name && one.key === key),
      ),
    );
  for (const axis of sure ? matrixAxes : []) {
    if (used.has(axis) || values.passes(axis)) continue;
    findings.error(
      'unused-axis',
      { path: parts.space.get(axis) ?? [...shape.path, 'matrix', axis], at: 'key' },
      `axis '${axis}' is not used: its cells would be the same`,
      {
        hint: Object.hasOwn(shape.with, axis)
          ? `'with' sets '${axis}' itself: write \${{ matrix.${axis} }} there, or leave it out`
          : `name it after a parameter of '${shape.uses}', or refer to it by \${{ matrix.${axis} }}`,
      },
    );
  }
}

function checkAxis(
  { shape, matrix, matrixAxes }: StageParts,
  axis: string,
  path: Path,
  text: string,
  findings: Findings,
): void {
  if (matrixAxes.has(axis) || (matrix === undefined && shape.matrix?.include !== undefined)) return;
  findings.error('unknown-axis', { path, within: text }, `stage '${shape.name}' has no axis '${axis}'`, {
    hint: suggest(axis, matrixAxes, 'axes'),
  });
}

function checkNeed(
  { shape, stages }: StageParts,
  reference: Reference,
  path: Path,
  findings: Findings,
): void {
  const [name = '', field = ''] = reference.names;
  const place = { path, within: reference.text };
  const need = shape.needs.find((one) => one.name === name);
  if (need === undefined) {
    const known = shape.needs.map((one) => one.name);
    findings.error('unknown-need', place, `stage '${shape.name}' has no need '${name}'`, {
      hint: suggest(name, known, 'needs'),
    });
    return;
  }
  // A needed stage without cells may have mistakes that explain what is missing.
  const needed = need.stages.map(({ text }) => stages.get(text));
  for (const stage of needed) {
    if (stage?.cells === undefined || field === 'stage') continue;
    const known = new Set(
      stage.cells.flatMap(({ cell }) => [...Object.keys(cell.parameters), ...Object.keys(cell.axes)]),
    );
    for (const parameter of stage.checker?.parameters ?? []) known.add(parameter);
    if (known.has(field)) continue;
    findings.error(
      'unknown-field',
      place,
      `stage '${stage.shape.name}', needed as '${name}', has no parameter or axis '${field}'`,
      {
        hint: suggest(field, known, 'it has'),
      },
    );
  }
}
