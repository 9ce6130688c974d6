import type { Json } from '../../json.ts';
import type { Kind } from '../../kind/kind.ts';
import type { Derived } from '../../kind/variants.ts';
import { suggest } from '../../suggest.ts';
import { withoutFullStop } from './early-stop.ts';
import type { JsonSchema } from './json-schema.ts';
import { type CheckedParameters, ParameterChecker } from './parameter-checker.ts';
import type { Issue } from './parameter-messages.ts';
import { chooseVariant } from './variant-choice.ts';

/** The parameters of a cell, and how they relate to its variant, if there is one. */
export interface CheckedCell extends CheckedParameters {
  /** Undefined if the kind has no variants, or if the choice is wrong or unknown. */
  readonly variant: string | undefined;
  /** Given parameters that the variant does not have. They are not part of the cell. */
  readonly foreign: readonly string[];
}

/** A kind with compiled schemas, so that many cells are checked quickly. */
export class KindChecker {
  readonly name: string;
  readonly kind: Kind;
  /** Names of all parameters that a cell can have: first the one that chooses a variant, last those of variants. */
  readonly parameters: readonly string[];
  readonly #common: ParameterChecker;
  readonly #variants: ReadonlyMap<string, ParameterChecker>;

  constructor(name: string, kind: Kind) {
    this.name = name;
    this.kind = kind;
    // At this boundary a cast is needed: a TypeBox schema is a JSON Schema, and contains only JSON.
    this.#common = new ParameterChecker(name, kind.parameters as unknown as JsonSchema);
    const { variants } = kind;
    this.#variants = new Map(
      Object.entries(variants?.of ?? {}).map(([variant, { parameters }]) => {
        return [variant, new ParameterChecker(name, parameters as unknown as JsonSchema)];
      }),
    );
    const all = [this.#common, ...this.#variants.values()].flatMap(({ names }) => names);
    this.parameters = [...new Set([...(variants ? [variants.by] : []), ...all])];
  }

  /** Whether a cell can have a parameter with this name. */
  takes(parameter: string): boolean {
    if (parameter === this.kind.variants?.by) return true;
    return [this.#common, ...this.#variants.values()].some((one) => one.takes(parameter));
  }

  /** The variants that have a parameter with this name. */
  variantsWith(parameter: string): string[] {
    return [...this.#variants].flatMap(([name, checker]) => (checker.takes(parameter) ? [name] : []));
  }

  /** The parameters of a variant in addition to those of the kind. */
  ownParameters(variant: string): string[] {
    return Object.keys(this.kind.variants?.of[variant]?.parameters.properties ?? {});
  }

  /** The issue for a parameter that the kind does not have. */
  unknown(parameter: string): Issue {
    return {
      code: 'unknown-parameter',
      parameter,
      path: [],
      at: 'key',
      message: `kind '${this.name}' has no parameter '${parameter}'`,
      hint: suggest(parameter, this.parameters, 'its parameters'),
    };
  }

  /**
   * The parameters of a cell with defaults, and their mistakes.
   * @param unresolved given parameters with unknown values; they are not checked
   */
  check(values: ReadonlyMap<string, Json>, unresolved: ReadonlySet<string> = none): CheckedCell {
    const { variants, derived } = this.kind;
    if (variants === undefined) {
      const checked = this.#common.check(values, unresolved);
      return { ...this.#completed(checked, unresolved, derived), variant: undefined, foreign: [] };
    }
    if (unresolved.has(variants.by)) return this.#withoutVariant(values, unresolved, []);
    const choice = chooseVariant(this.name, variants, values.get(variants.by));
    if ('message' in choice) return this.#withoutVariant(values, unresolved, [choice]);
    const { variant, fixed } = choice;
    const checker = this.#variants.get(variant) ?? this.#common;
    const [shared, own, foreign] = [new Map<string, Json>(), new Map<string, Json>(), [] as string[]];
    for (const [name, value] of values) {
      if (name === variants.by) continue;
      if (Object.hasOwn(fixed, name) && fixed[name] !== value) foreign.push(name);
      else if (checker.takes(name)) own.set(name, value);
      else if (this.#common.takes(name)) shared.set(name, value);
      else foreign.push(name);
    }
    for (const [name, value] of Object.entries(fixed)) own.set(name, value);
    const [all, some] = [this.#common.check(shared, unresolved), checker.check(own, unresolved)];
    const checked = {
      parameters: { [variants.by]: variant, ...all.parameters, ...some.parameters },
      issues: [...all.issues, ...some.issues],
      written: { ...all.written, ...some.written },
    };
    const rules = { ...derived, ...variants.of[variant]?.derived };
    return { ...this.#completed(checked, unresolved, rules), variant, foreign };
  }

  #completed(
    checked: CheckedParameters,
    unresolved: ReadonlySet<string>,
    derived: Kind['derived'],
  ): CheckedParameters {
    const { continues } = this.kind;
    return withDerived(continues ? withoutFullStop(checked, continues) : checked, unresolved, derived);
  }

  /** Checks the parameters that all variants have. */
  #withoutVariant(
    values: ReadonlyMap<string, Json>,
    unresolved: ReadonlySet<string>,
    issues: readonly Issue[],
  ): CheckedCell {
    const common = new Map([...values].filter(([name]) => this.#common.takes(name)));
    const checked = this.#common.check(common, unresolved);
    return { ...checked, issues: [...issues, ...checked.issues], variant: undefined, foreign: [] };
  }
}

/** Fills in defaults that are computed from other parameters, if those are valid. */
function withDerived(
  checked: CheckedParameters,
  unresolved: ReadonlySet<string>,
  derived: Readonly<Record<string, Derived>> = {},
): CheckedParameters {
  const { parameters, issues } = checked;
  if (issues.length > 0 || unresolved.size > 0) return checked;
  const missing = Object.entries(derived).filter(([name]) => !Object.hasOwn(parameters, name));
  const computed = missing.map(([name, { value }]) => [name, value(parameters)] as const);
  return { ...checked, parameters: { ...parameters, ...Object.fromEntries(computed) } };
}

const none: ReadonlySet<string> = new Set();
