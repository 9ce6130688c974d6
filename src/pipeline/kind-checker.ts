import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import type { Json } from '../json.ts';
import type { Kind } from '../kind/kind.ts';
import { applyFractions, type JsonSchema, propertySchema } from './json-schema.ts';
import { explain, type Issue } from './parameter-messages.ts';
import { staysInside } from './project-path.ts';
import { suggest } from './suggest.ts';

/** Shared by all kinds: formats other than paths are notes for readers. */
const ajv = new Ajv({
  allErrors: true,
  strict: false,
  verbose: true,
  useDefaults: true,
  validateFormats: true,
  logger: false,
  formats: { 'project-path': staysInside },
});

/** A kind whose schema is compiled, so that many cells are checked quickly. */
export class KindChecker {
  readonly name: string;
  readonly kind: Kind;
  /** Names of the parameters, in the order of the schema. */
  readonly parameters: readonly string[];
  readonly #schema: JsonSchema;
  readonly #validate: ValidateFunction;
  readonly #defaults: ReadonlyMap<string, Json>;

  constructor(name: string, kind: Kind) {
    this.name = name;
    this.kind = kind;
    // A border: a TypeBox schema is a JSON Schema, and only JSON can be in it.
    this.#schema = kind.parameters as unknown as JsonSchema;
    const properties = Object.entries(this.#schema.properties ?? {});
    this.parameters = properties.map(([property]) => property);
    this.#defaults = new Map(
      properties.flatMap(([key, { default: value }]) => (value === undefined ? [] : [[key, value]])),
    );
    this.#validate = ajv.compile(kind.parameters);
  }

  /** True where a parameter of this name may be given, by name or because the kind takes any. */
  takes(parameter: string): boolean {
    // As a key of an object it would set the prototype.
    if (parameter === '__proto__') return false;
    return (
      this.parameters.includes(parameter) ||
      propertySchema(this.#schema, parameter) !== undefined ||
      this.#schema.additionalProperties === true
    );
  }

  /** What is wrong with a parameter that the kind does not take. */
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

  /** The value with fraction strings turned to numbers where the parameter wants numbers. */
  prepare(parameter: string, value: Json): Json {
    return applyFractions(value, propertySchema(this.#schema, parameter));
  }

  /**
   * Prepared values with defaults filled in, in the order of the schema, and what is wrong with them.
   * @param unresolved parameters that are given, but whose values are not known: nothing is said of them
   */
  check(
    values: ReadonlyMap<string, Json>,
    unresolved: ReadonlySet<string> = none,
  ): { parameters: Record<string, Json>; issues: Issue[] } {
    const parameters: Record<string, Json> = {};
    for (const name of this.parameters) {
      const value = values.has(name) || unresolved.has(name) ? values.get(name) : this.#defaults.get(name);
      if (value !== undefined) parameters[name] = copy(value);
    }
    for (const [name, value] of values) if (!Object.hasOwn(parameters, name)) parameters[name] = copy(value);
    if (this.#validate(parameters)) return { parameters, issues: [] };
    const errors: ErrorObject[] = this.#validate.errors ?? [];
    return {
      parameters,
      issues: explain(this.name, errors).filter(({ parameter }) => !unresolved.has(parameter)),
    };
  }
}

const none: ReadonlySet<string> = new Set();

/** Defaults may be filled into nested values: those that many cells share are copied first. */
function copy(value: Json): Json {
  return typeof value === 'object' && value !== null ? structuredClone(value) : value;
}
