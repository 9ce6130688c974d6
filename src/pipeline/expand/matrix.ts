import type { Json, Scalar } from '../../json.ts';
import { isScalar } from '../../json.ts';
import { suggest } from '../../suggest.ts';
import type { Findings } from '../parse/findings.ts';
import { isSameSetting, settingOf } from '../parse/fractions.ts';
import { describeValue, isMapping } from '../parse/readers.ts';
import type { Path } from '../parse/source.ts';
import type { MatrixShape, StageShape } from '../parse/stage-shape.ts';
import type { Params } from './params.ts';

/** Values of a stage's own axes, in the order of the file. */
export type Combination = Readonly<Record<string, Scalar>>;

/** A matrix with more cells than this is a mistake. */
export const maxCells = 100_000;

/** All combinations of a stage's matrix; a single empty one if there is no matrix; undefined after a mistake. */
export function expandMatrix(
  stage: StageShape,
  params: Params,
  findings: Findings,
): Combination[] | undefined {
  if (stage.matrix === undefined) return [{}];
  const before = findings.errors;
  const path = [...stage.path, 'matrix'];
  const axes = readAxes(stage.matrix, path, params, findings);
  const excludes = readEntries(stage.matrix.exclude, [...path, 'exclude'], params, findings);
  const includes = readEntries(stage.matrix.include, [...path, 'include'], params, findings);
  if (axes === undefined || excludes === undefined || includes === undefined) return undefined;
  const names = Object.keys(axes);
  for (const [index, entry] of excludes.entries()) {
    for (const axis of Object.keys(entry).filter((axis) => !names.includes(axis))) {
      findings.error(
        'unknown-axis',
        { path: [...path, 'exclude', index, axis], at: 'key' },
        `the matrix has no axis '${axis}'`,
        {
          hint: suggest(axis, names, 'axes'),
        },
      );
    }
  }
  const size = Object.values(axes).reduce((product, values) => product * values.length, 1);
  if (size > maxCells) {
    findings.error(
      'too-many-cells',
      { path, at: 'key' },
      `the matrix of stage '${stage.name}' has ${size} combinations; at most ${maxCells} are expanded`,
    );
  }
  if (findings.errors > before) return undefined;
  const all = names.length === 0 ? [] : product(axes);
  const kept = applyExcludes(all, excludes, path, findings);
  const combinations = applyIncludes(kept, includes, names);
  if (combinations.length > 0) return combinations;
  findings.error(
    'empty-matrix',
    { path, at: 'key' },
    `the matrix of stage '${stage.name}' has no combinations`,
    {
      hint: all.length > 0 ? 'all of them are excluded' : 'leave the matrix out, or give it an axis',
    },
  );
  return undefined;
}

function readAxes(
  matrix: MatrixShape,
  path: Path,
  params: Params,
  findings: Findings,
): Record<string, Scalar[]> | undefined {
  const axes: Record<string, Scalar[]> = {};
  let sound = true;
  for (const [axis, raw] of Object.entries(matrix.axes)) {
    const place = { path: [...path, axis] };
    const value = params.fill(raw, place.path, ['params']);
    sound &&= value !== undefined;
    if (value === undefined) continue;
    if (!Array.isArray(value)) {
      findings.error('wrong-type', place, `axis '${axis}' must be a list, not ${describeValue(value)}`, {
        hint: isScalar(value) ? `write [${String(value)}]` : undefined,
      });
      continue;
    }
    if (value.length === 0) findings.error('empty-matrix', place, `axis '${axis}' has no values`);
    const seen = new Map<string, Scalar>();
    for (const [index, one] of value.entries()) {
      const at = { path: [...place.path, index] };
      const forms = isScalar(one) ? formsOf(one) : [];
      const twin = forms.map((form) => seen.get(form)).find((other) => other !== undefined);
      if (isScalar(one)) for (const form of forms) seen.set(form, one);
      if (!isScalar(one)) {
        findings.error(
          'wrong-type',
          at,
          `a value of axis '${axis}' must be text, a number, true or false, not ${describeValue(one)}`,
        );
      } else if (twin === one) {
        findings.error('duplicate-cell', at, `axis '${axis}' has the value ${JSON.stringify(one)} twice`);
      } else if (twin !== undefined) {
        const both = `${describeValue(twin)} and ${describeValue(one)}`;
        findings.error('duplicate-cell', at, `axis '${axis}' has one value in two forms: ${both}`, {
          hint: 'keep one of them',
        });
      }
    }
    axes[axis] = value.filter(isScalar);
  }
  return sound ? axes : undefined;
}

/** The entries of `include` or `exclude`. */
function readEntries(
  raw: Json | undefined,
  path: Path,
  params: Params,
  findings: Findings,
): Combination[] | undefined {
  if (raw === undefined) return [];
  const value = params.fill(raw, path, ['params']);
  if (value === undefined) return undefined;
  const what = `'${String(path.at(-1))}'`;
  if (!Array.isArray(value)) {
    findings.error('wrong-type', { path }, `${what} must be a list of mappings, not ${describeValue(value)}`);
    return undefined;
  }
  return value.map((entry: Json, index) => {
    const place = { path: [...path, index] };
    if (!isMapping(entry) || Object.keys(entry).length === 0) {
      findings.error(
        'wrong-type',
        place,
        `an entry of ${what} must be a mapping (axis: value), not ${isMapping(entry) ? 'an empty one' : describeValue(entry)}`,
      );
      return {};
    }
    const combination: Record<string, Scalar> = {};
    for (const [axis, one] of Object.entries(entry)) {
      const at = { path: [...place.path, axis] };
      if (!/^[A-Za-z][A-Za-z0-9_-]*$/.test(axis)) {
        findings.error('bad-name', { ...at, at: 'key' }, `'${axis}' cannot be the name of an axis`);
      } else if (isScalar(one)) combination[axis] = one;
      else
        findings.error(
          'wrong-type',
          at,
          `a value of axis '${axis}' must be text, a number, true or false, not ${describeValue(one)}`,
        );
    }
    return combination;
  });
}

/** Two values with a common form cannot be distinguished: by name (1 and "1") or as a setting (1/2 and 0.5). */
function formsOf(value: Scalar): string[] {
  return [`name ${value}`, `setting ${JSON.stringify(settingOf(value))}`];
}

function product(axes: Readonly<Record<string, readonly Scalar[]>>): Combination[] {
  let combinations: Combination[] = [{}];
  for (const [axis, values] of Object.entries(axes)) {
    combinations = combinations.flatMap((one) => values.map((value) => ({ ...one, [axis]: value })));
  }
  return combinations;
}

function applyExcludes(
  all: Combination[],
  excludes: readonly Combination[],
  path: Path,
  findings: Findings,
): Combination[] {
  let kept = all;
  for (const [index, entry] of excludes.entries()) {
    const pairs = Object.entries(entry);
    const matches = (one: Combination) => pairs.every(([axis, value]) => isSameSetting(one[axis], value));
    // Another exclude may have removed the same combinations; that is not a mistake.
    if (!all.some(matches)) {
      findings.warning(
        'unused-exclude',
        { path: [...path, 'exclude', index] },
        'this excludes nothing: no combination matches',
      );
    }
    kept = kept.filter((one) => !matches(one));
  }
  return kept;
}

/**
 * As in GitHub Actions: an entry extends the combinations that it agrees with; if there are none, it is a new
 * combination.
 */
function applyIncludes(
  kept: readonly Combination[],
  includes: readonly Combination[],
  axes: readonly string[],
): Combination[] {
  const extended = kept.map((one) => ({ ...one }));
  const added: Combination[] = [];
  for (const entry of includes) {
    const shared = Object.entries(entry).filter(([axis]) => axes.includes(axis));
    const others = Object.fromEntries(Object.entries(entry).filter(([axis]) => !axes.includes(axis)));
    const matching = extended.filter((one) =>
      shared.every(([axis, value]) => isSameSetting(one[axis], value)),
    );
    for (const one of matching) Object.assign(one, others);
    if (matching.length === 0) added.push(entry);
  }
  return [...extended, ...added];
}

/** The position in the file of the value of an axis, for the axes of a stage. */
export type AxisPath = (axis: string, combination: Combination) => Path;

/** The position in the file of an axis value in a combination. */
export function axisPath(stage: StageShape, axis: string, combination: Combination): Path {
  const { axes = {}, include } = stage.matrix ?? {};
  const matrix = [...stage.path, 'matrix'];
  const values = Object.hasOwn(axes, axis) ? axes[axis] : undefined;
  const index = Array.isArray(values) ? values.indexOf(combination[axis]) : -1;
  if (index >= 0) return [...matrix, axis, index];
  const entries: readonly Json[] = Array.isArray(include) ? include : [];
  const entry = entries.findIndex(
    (one) => (one as Record<string, Json> | null)?.[axis] === combination[axis],
  );
  return entry >= 0 ? [...matrix, 'include', entry, axis] : [...matrix, axis];
}
