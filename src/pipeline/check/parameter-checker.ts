import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { Failure } from '../../failure.ts';
import { isList, type Json } from '../../json.ts';
import { applyFractions, type JsonSchema, propertySchema } from './json-schema.ts';
import { explain, type Issue } from './parameter-messages.ts';
import { staysInside } from './project-path.ts';

/** Shared by all kinds. Formats other than paths are ignored. */
const ajv = new Ajv({
  allErrors: true,
  strict: false,
  verbose: true,
  useDefaults: true,
  validateFormats: true,
  logger: false,
  // To check the schemas themselves, ajv compiles the schema of schemas at each start. What it cannot compile it tells.
  validateSchema: false,
  formats: { 'project-path': staysInside, 'output-path': staysInside },
});

/** Parameters with defaults, and their mistakes. */
export interface CheckedParameters {
  readonly parameters: Record<string, Json>;
  readonly issues: Issue[];
  /** How fractions were written: `8/255`. */
  readonly written: Record<string, string>;
}

/** A schema of parameters, compiled at its first use, so that many cells are checked quickly. */
export class ParameterChecker {
  /** Names of the parameters, in the order of the schema. */
  readonly names: readonly string[];
  readonly #kind: string;
  readonly #schema: JsonSchema;
  #validate: ValidateFunction | undefined;
  readonly #defaults: ReadonlyMap<string, Json>;

  constructor(kind: string, schema: JsonSchema) {
    const properties = Object.entries(schema.properties ?? {});
    this.names = properties.map(([name]) => name);
    this.#kind = kind;
    this.#schema = schema;
    this.#defaults = new Map(
      properties.flatMap(([name, { default: value }]) => (value === undefined ? [] : [[name, value]])),
    );
  }

  /** Whether a parameter with this name can be given, by name or because the schema allows any. */
  takes(parameter: string): boolean {
    // As a key of an object, it would set the prototype.
    if (parameter === '__proto__') return false;
    return (
      this.names.includes(parameter) ||
      propertySchema(this.#schema, parameter) !== undefined ||
      this.#schema.additionalProperties === true
    );
  }

  /**
   * Values with fractions as numbers and with defaults, in the order of the schema, and their mistakes.
   * @param unresolved given parameters with unknown values; they are not checked
   */
  check(values: ReadonlyMap<string, Json>, unresolved: ReadonlySet<string>): CheckedParameters {
    const given = new Map([...values].map(([name, value]) => [name, this.#prepared(name, value)] as const));
    const written: Record<string, string> = {};
    for (const [name, raw] of values) {
      if (typeof raw === 'string' && typeof given.get(name) === 'number') written[name] = raw;
    }
    const parameters: Record<string, Json> = {};
    for (const name of this.names) {
      const value = given.has(name) || unresolved.has(name) ? given.get(name) : this.#defaults.get(name);
      if (value !== undefined) parameters[name] = copy(value);
    }
    for (const [name, value] of given) if (!Object.hasOwn(parameters, name)) parameters[name] = copy(value);
    // Most pipelines use few of the methods that there are. Ajv remembers a schema that it has compiled.
    this.#validate ??= compiled(this.#kind, this.#schema);
    if (!this.#validate(parameters)) {
      const errors: ErrorObject[] = this.#validate.errors ?? [];
      const issues = explain(this.#kind, errors);
      return { parameters, written, issues: issues.filter(({ parameter }) => !unresolved.has(parameter)) };
    }
    return { parameters, written, issues: [] };
  }

  #prepared(name: string, value: Json): Json {
    return applyFractions(value, propertySchema(this.#schema, name));
  }
}

/** @throws Failure `bad-kind` */
function compiled(kind: string, schema: JsonSchema): ValidateFunction {
  try {
    return ajv.compile(schema);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Failure('bad-kind', `\`parameters\` of the kind ${kind} is not a JSON Schema: ${why}.`, {
      hint: 'Correct the schema in the file of the kind.',
      cause,
    });
  }
}

/**
 * Defaults may be filled into nested values: those that many cells share are copied first. By hand, since
 * `structuredClone` takes ten times as long for small values.
 */
function copy(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (isList(value)) return value.map(copy);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copy(inner)]));
}
