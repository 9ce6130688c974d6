import type { CheckedCell, KindChecker } from '../check/kind-checker.ts';
import { unusedAxis, unusedParameter } from '../check/variant-messages.ts';
import type { Findings } from '../parse/findings.ts';
import { compileTemplate } from '../parse/references.ts';
import type { StageShape } from '../parse/stage-shape.ts';
import type { AxisPath, Combination } from './matrix.ts';

/**
 * Finds settings of a stage that have no effect because the variants of its cells do not have them. An entry of
 * `with` must be a parameter of at least one cell; an axis of the matrix must be a parameter of every cell.
 */
export class VariantUse {
  readonly #stage: StageShape;
  readonly #axisPath: AxisPath;
  readonly #checker: KindChecker;
  readonly #findings: Findings;
  readonly #variants = new Set<string>();
  /** Entries of `with` that at least one cell has, and those that at least one cell does not have. */
  readonly #used = new Set<string>();
  readonly #foreign = new Set<string>();
  #axisFound = false;

  constructor(stage: StageShape, checker: KindChecker, axisPath: AxisPath, findings: Findings) {
    this.#stage = stage;
    this.#axisPath = axisPath;
    this.#checker = checker;
    this.#findings = findings;
  }

  /**
   * Records one cell, and reports its axes that have no effect.
   * @param passes as `StageValues.passes`
   */
  note({ variant, foreign }: CheckedCell, combination: Combination, passes: (axis: string) => boolean): void {
    for (const name of Object.keys(this.#stage.with)) {
      if (foreign.includes(name)) this.#foreign.add(name);
      else this.#used.add(name);
    }
    if (variant === undefined) return;
    this.#variants.add(variant);
    for (const axis of foreign.filter((name) => Object.hasOwn(combination, name) && passes(name)))
      this.#reportAxis(axis, variant, combination);
  }

  /** Whether an axis without effect was reported: some cells are then the same. */
  get foundAxis(): boolean {
    return this.#axisFound;
  }

  /** Reports the entries of `with` that have no effect, once all cells are known. */
  report(): void {
    const idle = [...this.#foreign].filter((name) => !this.#used.has(name));
    for (const name of idle) {
      const { message, hint } = unusedParameter(this.#checker, name, [...this.#variants]);
      const place = { path: [...this.#stage.path, 'with', name], at: 'key' as const };
      // The position may be in another stage, from which a merge key took the entry; so the message names the stage.
      const told = `stage '${this.#stage.name}': ${message}`;
      // With other params, another variant may be chosen that has it.
      if (this.#isChosenByParams()) this.#findings.warning('unused-parameter', place, told, { hint });
      else this.#findings.error('unused-parameter', place, told, { hint });
    }
  }

  #reportAxis(axis: string, variant: string, combination: Combination): void {
    this.#axisFound = true;
    const choosesByAxis = Object.hasOwn(combination, this.#by);
    const { message, hint } = unusedAxis(this.#checker, axis, variant, choosesByAxis);
    const isAxis = Object.hasOwn(this.#stage.matrix?.axes ?? {}, axis);
    const path = isAxis ? [...this.#stage.path, 'matrix', axis] : this.#axisPath(axis, combination);
    this.#findings.error('unused-axis', { path, at: 'key' }, message, { hint });
  }

  get #by(): string {
    return this.#checker.kind.variants?.by ?? '';
  }

  #isChosenByParams(): boolean {
    const { with: given, matrix } = this.#stage;
    const choices = [given[this.#by], matrix?.axes[this.#by], matrix?.include];
    return choices.some((raw) => {
      const template = compileTemplate(raw ?? null);
      return !template.constant && template.references.some(({ root }) => root === 'params');
    });
  }
}
