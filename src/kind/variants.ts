import type { Static, TObject } from '@sinclair/typebox';

/**
 * Parameters that depend on the value of another one: each method has its own, with its own defaults. A cell has the
 * parameters of its kind and those of its variant, and no others.
 */
export interface Variants {
  /** The parameter that chooses, such as `method`. Its schema is made from the names and descriptions in `of`. */
  readonly by: string;
  /** What the choice is about. */
  readonly description: string;
  /** The default variant. If undefined, a stage must name one. */
  readonly default?: string;
  readonly of: Readonly<Record<string, Variant>>;
}

export interface Variant<P extends TObject = TObject> {
  /** What it is, and its source. */
  readonly description: string;
  /** Its parameters, in addition to those of the kind. */
  readonly parameters: P;
  /** Defaults that are computed from other parameters, by name of the parameter. */
  readonly derived?: Readonly<Record<string, Derived<Static<P>>>>;
  /** A whole-number parameter that can be appended to the name: with `steps`, `pgd-50` means `pgd` with `steps: 50`. */
  readonly suffix?: string;
}

/** A default that is computed from the other parameters of the cell. Its parameter is optional in the schema. */
export interface Derived<P = object> {
  /** The rule in words, for the manual: `2.5 · epsilon / steps`. */
  readonly rule: string;
  /**
   * Computes the value from checked parameters. Declare the type of its argument, because TypeScript cannot infer it.
   */
  value(parameters: P): number;
}

/** The parameters of a cell: those of the kind and, if there are variants, those of one variant. */
export type ParametersOf<P extends TObject, V> = V extends Variants
  ? {
      [N in keyof V['of'] & string]: Static<P> & Record<V['by'], N> & Static<V['of'][N]['parameters']>;
    }[keyof V['of'] & string]
  : Static<P>;
