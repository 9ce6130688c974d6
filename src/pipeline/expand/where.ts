import type { Json, Scalar } from '../../json.ts';
import { isScalar } from '../../json.ts';
import { didYouMean, suggest } from '../../suggest.ts';
import type { Findings } from '../parse/findings.ts';
import { isSameSetting, settingOf } from '../parse/fractions.ts';
import { describeValue } from '../parse/readers.ts';
import { checkReferences, compileTemplate, type Template } from '../parse/references.ts';
import type { Path } from '../parse/source.ts';
import type { NeedShape } from '../parse/stage-shape.ts';
import type { Built, Joined } from './join.ts';
import { type FindCell, lookUp } from './keys.ts';
import type { Combination } from './matrix.ts';
import type { Params } from './params.ts';

/** One `key: value` of a need's `where`. */
export interface Condition {
  readonly need: string;
  readonly key: string;
  readonly path: Path;
  readonly template: Template;
}

/** Reads the conditions of a need; undefined after a mistake. */
export function readConditions(need: NeedShape, params: Params, findings: Findings): Condition[] | undefined {
  const before = findings.errors;
  const conditions = Object.entries(need.where).flatMap(([key, raw]): Condition[] => {
    const path = [...need.path, 'where', key];
    const value = params.fill(raw, path, ['params', 'matrix']);
    if (value === undefined) return [];
    const template = compileTemplate(value);
    if (isScalar(value) || (template.constant && Array.isArray(value) && value.every(isScalar))) {
      return [{ need: need.name, key, path, template }];
    }
    findings.error(
      'wrong-type',
      { path },
      `'where' compares with text, a number, true, false, or a list of them, not with ${describeValue(value)}`,
    );
    return [];
  });
  return findings.errors > before || conditions.length < Object.keys(need.where).length
    ? undefined
    : conditions;
}

/** The cells that meet the constant conditions. A condition that no cell meets is reported. */
export function filterCells(
  cells: readonly Built[],
  conditions: readonly Condition[],
  find: FindCell,
  findings: Findings,
): Built[] {
  let kept = [...cells];
  for (const { need, key, path, template } of conditions) {
    const values = kept.map(({ cell }) => lookUp(cell, key, find));
    if (kept.length > 0 && values.every((value) => value === undefined)) {
      const known = new Set(
        kept.flatMap(({ cell }) => [...Object.keys(cell.axes), ...Object.keys(cell.parameters)]),
      );
      findings.error(
        'unknown-field',
        { path, at: 'key' },
        `the cells of need '${need}' have no axis or parameter '${key}'`,
        {
          hint: suggest(key, known, 'they have'),
        },
      );
      return [];
    }
    if (!template.constant) continue;
    const wanted: readonly Json[] = Array.isArray(template.value) ? template.value : [template.value];
    const matching = kept.filter((_, index) =>
      wanted.some((one) => isScalar(one) && isSameSetting(one, values[index])),
    );
    if (matching.length === 0 && kept.length > 0) {
      const there = [...new Set(values.filter((value) => value !== undefined))];
      const words = wanted.map((value) => `${key}=${String(value)}`).join(' or ');
      findings.error('no-cells', { path }, `no cell of need '${need}' has ${words}`, {
        hint:
          (typeof wanted[0] === 'string' ? didYouMean(wanted[0], there.map(String)) : undefined) ??
          `there are: ${there.join(', ')}`,
      });
      return [];
    }
    kept = matching;
  }
  return kept;
}

/** Pairs needs with the stage's own matrix if conditions refer to it; otherwise all with all. */
export class MatrixPairing {
  readonly #conditions: readonly Condition[];
  readonly #index = new Map<string, number[]>();
  readonly #all: readonly number[];

  constructor(joined: readonly Joined[], conditions: readonly Condition[], find: FindCell) {
    this.#conditions = conditions.filter(({ template }) => !template.constant);
    this.#all = joined.map((_, index) => index);
    if (this.#conditions.length === 0) return;
    for (const [index, { needs }] of joined.entries()) {
      const values = this.#conditions.map(({ need, key }) => {
        const built = needs[need];
        return built === undefined ? undefined : settingOf(lookUp(built.cell, key, find));
      });
      const group = this.#index.get(JSON.stringify(values));
      if (group === undefined) this.#index.set(JSON.stringify(values), [index]);
      else group.push(index);
    }
  }

  /** Indices of the needs that are paired with a combination. */
  matching(combination: Combination): readonly number[] {
    if (this.#conditions.length === 0) return this.#all;
    const wanted = this.#conditions.map(({ template }): Scalar | undefined => {
      const value = template.constant
        ? template.value
        : template.fill(({ names: [axis = ''] }) => combination[axis]);
      return isScalar(value) ? settingOf(value) : undefined;
    });
    if (wanted.includes(undefined)) return [];
    return this.#index.get(JSON.stringify(wanted)) ?? [];
  }
}

/** Axes that conditions refer to; reports references to anything else. */
export function conditionAxes(
  conditions: readonly Condition[],
  findings: Findings,
): { axis: string; path: Path; text: string }[] {
  return conditions.flatMap(({ path, template }) => {
    if (template.constant) return [];
    return checkReferences(template.references, ['matrix'], findings, { path }).map(
      ({ names: [axis = ''], text }) => ({ axis, path, text }),
    );
  });
}
