import type { Json } from '../../json.ts';
import type { NeededCell } from '../../kind/kind.ts';
import type { Point } from '../../sweep/space.ts';
import type { KindChecker } from '../check/kind-checker.ts';
import type { Issue } from '../check/parameter-messages.ts';
import type { Findings } from '../parse/findings.ts';
import { compileTemplate, type Lookup, type Reference, type Template } from '../parse/references.ts';
import type { Path, Place } from '../parse/source.ts';
import type { StageShape } from '../parse/stage-shape.ts';
import type { Cell } from '../pipeline.ts';
import type { AxisPath, Combination } from './matrix.ts';
import type { Params } from './params.ts';
import { VariantUse } from './variant-use.ts';

/** The parameters of a stage: `with`, and the axes that set parameters by name. */
export class StageValues {
  /** References that are resolved for each cell, with the entry of `with` that contains them. */
  readonly references: { readonly reference: Reference; readonly path: Path }[] = [];
  /** The axes of a sweep that parameters refer to. */
  readonly chosenAxes = new Set<string>();
  readonly use: VariantUse;
  readonly #axisPath: AxisPath;
  readonly #stage: StageShape;
  readonly #checker: KindChecker;
  readonly #params: Params;
  readonly #findings: Findings;
  readonly #constants = new Map<string, Json>();
  readonly #templates = new Map<string, Extract<Template, { constant: false }>>();
  /** Parameters that are given by a reference without a value. */
  readonly #lost = new Set<string>();

  constructor(
    stage: StageShape,
    checker: KindChecker,
    params: Params,
    axisPath: AxisPath,
    findings: Findings,
  ) {
    this.#stage = stage;
    this.#checker = checker;
    this.#params = params;
    this.#axisPath = axisPath;
    this.#findings = findings;
    this.use = new VariantUse(stage, checker, axisPath, findings);
    for (const [name, raw] of Object.entries(stage.with)) {
      const path = [...stage.path, 'with', name];
      if (!checker.takes(name)) this.#report(checker.unknown(name), {});
      const value = params.fill(raw, path, ['params', 'matrix', 'needs', 'sweeps']);
      if (value === undefined) {
        this.#lost.add(name);
        // The things that it refers to count as used.
        this.#collect(compileTemplate(raw), path);
        continue;
      }
      const template = compileTemplate(value);
      this.#collect(template, path);
      if (!checker.takes(name)) continue;
      if (template.constant) this.#constants.set(name, template.value);
      else this.#templates.set(name, template);
    }
  }

  /** Whether an axis with this name sets the parameter with this name. */
  passes(axis: string): boolean {
    return this.#checker.takes(axis) && !Object.hasOwn(this.#stage.with, axis);
  }

  /**
   * Checks constant parameters, for stages whose cells cannot be created.
   * @param space names of the axes that a sweep sets
   */
  checkConstants(space: Iterable<string>): void {
    const axes = [...Object.keys(this.#stage.matrix?.axes ?? {}), ...space].filter((one) => this.passes(one));
    // An include can set any parameter.
    const included = this.#stage.matrix?.include === undefined ? [] : this.#checker.parameters;
    const given = included.filter((name) => !this.#constants.has(name));
    const unresolved = new Set([...this.#templates.keys(), ...this.#lost, ...axes, ...given]);
    for (const issue of this.#checker.check(this.#constants, unresolved).issues) this.#report(issue, {});
  }

  /**
   * The parameters of one cell, and how fractions were written; undefined after a mistake.
   * @param point the trial that the sweep to which the stage refers has chosen
   */
  at(
    combination: Combination,
    lookup: (path: Path) => Lookup,
    needs: Readonly<Record<string, NeededCell>>,
    point: Point = {},
  ): Pick<Cell, 'parameters' | 'written'> | undefined {
    const values = new Map(this.#constants);
    const lost = new Set(this.#lost);
    for (const axis in combination) {
      const value = combination[axis];
      if (value !== undefined && this.passes(axis)) values.set(axis, value);
    }
    for (const [name, template] of this.#templates) {
      if (isInactive(template, point)) continue;
      const value = template.fill(lookup([...this.#stage.path, 'with', name]));
      if (value === undefined) lost.add(name);
      else values.set(name, value);
    }
    const checked = this.#checker.check(values, lost);
    this.use.note(checked, combination, (axis) => this.passes(axis));
    for (const issue of checked.issues) this.#report(issue, combination);
    if (checked.issues.length > 0 || lost.size > 0) return undefined;
    const problems = this.#checker.kind.problems?.(checked.parameters, needs) ?? [];
    for (const problem of problems)
      this.#report({ ...problem, code: 'bad-parameter', path: [], at: 'value' }, combination);
    if (problems.length > 0) return undefined;
    return { parameters: checked.parameters, written: checked.written };
  }

  #collect(template: Template, path: Path): void {
    if (template.constant) return;
    for (const reference of template.references) {
      if (reference.root === 'matrix' || reference.root === 'needs')
        this.references.push({ reference, path });
      if (reference.root === 'sweeps') this.chosenAxes.add(reference.names[1] ?? '');
    }
  }

  #report(issue: Issue, combination: Combination): void {
    const { code, parameter, path, at, message, hint } = issue;
    let place: Place = { path: [...this.#stage.path, 'with'], at: 'key' };
    if (Object.hasOwn(this.#stage.with, parameter)) {
      place = { path: [...this.#stage.path, 'with', parameter, ...path], at };
    } else if (Object.hasOwn(combination, parameter)) {
      place = { path: this.#axisPath(parameter, combination) };
    }
    this.#findings.error(code, place, message, {
      hint,
      related: at === 'key' ? [] : this.#origin(parameter),
    });
  }

  /** Where the pipeline parameters that a value comes from were set. */
  #origin(parameter: string): { message: string; place: Place }[] {
    const raw = Object.hasOwn(this.#stage.with, parameter)
      ? this.#stage.with[parameter]
      : this.#stage.matrix?.axes[parameter];
    const template = compileTemplate(raw ?? null);
    if (template.constant) return [];
    return template.references.flatMap((reference) => {
      if (reference.root !== 'params') return [];
      const place = this.#params.place(reference.names[0] ?? '');
      return place === undefined ? [] : [{ message: `'${reference.names[0]}' is given here`, place }];
    });
  }
}

/** Whether a parameter is an axis that the chosen trial does not have: then its default counts. */
function isInactive({ references }: Extract<Template, { constant: false }>, point: Point): boolean {
  return references.some((one) => one.root === 'sweeps' && !Object.hasOwn(point, one.names[1] ?? ''));
}
