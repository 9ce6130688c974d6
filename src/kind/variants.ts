import type { Static, TObject } from '@sinclair/typebox';

/**
 * Parameters that depend on the value of one of them: each method has its own, with its own defaults. A cell has the
 * parameters of its kind and those of its variant, and no others.
 */
export interface Variants {
  /** The parameter that chooses, such as `method`. Its schema is made from the names and descriptions in `of`. */
  readonly by: string;
  /** What the choice is about. */
  readonly description: string;
  /** The variant of a stage that names none. Without it a stage must name one. */
  readonly default?: string;
  readonly of: Readonly<Record<string, Variant>>;
}

export interface Variant<P extends TObject = TObject> {
  /** What it is, and its source. */
  readonly description: string;
  /** The parameters that it has besides those of the kind. */
  readonly parameters: P;
  /** Defaults that depend on other parameters, by name of the parameter. */
  readonly derived?: Readonly<Record<string, Derived<Static<P>>>>;
  /** A whole-number parameter that may be written behind the name: with `steps`, `pgd-50` means `pgd` with `steps: 50`. */
  readonly suffix?: string;
}

/** A default that is computed from the other parameters of the cell. Its parameter is optional in the schema. */
export interface Derived<P = object> {
  /** The rule in words, for the manual: `2.5 · epsilon / steps`. */
  readonly rule: string;
  /** The value. It is called with parameters that are checked. Write the type of its parameter, or TypeScript cannot infer it. */
  value(parameters: P): number;
}

/** The parameters of a cell: those of the kind and, where it has variants, those of one of them. */
export type ParametersOf<P extends TObject, V> = V extends Variants
  ? {
      [N in keyof V['of'] & string]: Static<P> & Record<V['by'], N> & Static<V['of'][N]['parameters']>;
    }[keyof V['of'] & string]
  : Static<P>;
