import type { ErrorObject } from 'ajv';
import type { Json } from '../../json.ts';
import { didYouMean, suggest } from '../../suggest.ts';
import { looksLikeFraction } from '../parse/fractions.ts';
import { describeValue } from '../parse/readers.ts';
import type { Path } from '../parse/source.ts';
import {
  allowedValues,
  branches,
  describeSchema,
  type JsonSchema,
  quoted,
  types,
  wantsNumber,
} from './json-schema.ts';

/** A mistake in one parameter of a kind. */
export interface Issue {
  readonly code: string;
  readonly parameter: string;
  /** Path, starting at the parameter. */
  readonly path: Path;
  readonly at: 'key' | 'value';
  readonly message: string;
  readonly hint: string | undefined;
}

/** What a path must stay inside, by the format that says so. */
const folders: ReadonlyMap<string, string> = new Map([
  ['project-path', 'the project'],
  ['output-path', 'the output folder'],
]);

/** Translates errors of ajv to messages for people. */
export function explain(kind: string, errors: readonly ErrorObject[]): Issue[] {
  return errors
    .filter((error) => !errors.some((one) => isAlternative(one) && explains(one, error, errors)))
    .map((error) => explainOne(kind, error));
}

function isAlternative({ keyword }: ErrorObject): boolean {
  return keyword === 'anyOf' || keyword === 'oneOf';
}

/**
 * Whether an error is omitted because it is inside an alternative. Usually only the alternative is reported, because
 * the errors inside follow from it. But if only one alternative has the type of the value, its errors are reported:
 * for a list that contains `true`, that `true` is wrong.
 */
function explains(one: ErrorObject, error: ErrorObject, errors: readonly ErrorObject[]): boolean {
  const within = errors.filter(({ schemaPath }) => schemaPath.startsWith(`${one.schemaPath}/`));
  const ofOtherType = within.filter(
    ({ instancePath, keyword }) =>
      instancePath === one.instancePath && ['type', 'const', 'enum', 'anyOf', 'oneOf'].includes(keyword),
  );
  const branches = new Set(within.map((inner) => branchOf(inner, one)));
  for (const inner of ofOtherType) branches.delete(branchOf(inner, one));
  if (branches.size !== 1) return within.includes(error);
  return error === one || (within.includes(error) && !branches.has(branchOf(error, one)));
}

function branchOf({ schemaPath }: ErrorObject, one: ErrorObject): string | undefined {
  return schemaPath.slice(one.schemaPath.length + 1).split('/')[0];
}

export function missingParameter(kind: string, parameter: string): Issue {
  return {
    code: 'missing-parameter',
    parameter,
    path: [],
    at: 'key',
    message: `parameter '${parameter}' of kind '${kind}' is missing`,
    hint: `add ${parameter}: … to 'with'`,
  };
}

function explainOne(kind: string, error: ErrorObject): Issue {
  const steps = error.instancePath.split('/').slice(1).map(unescaped);
  if (error.keyword === 'required' && steps.length === 0) {
    return missingParameter(kind, String(error.params.missingProperty));
  }
  const [parameter = '', ...path] = steps;
  if (error.keyword === 'additionalProperties') {
    const key = String(error.params.additionalProperty);
    // At this boundary a cast is needed: ajv returns the schema and the value that it was given.
    const known = Object.keys((error.parentSchema as JsonSchema).properties ?? {});
    const inside = steps.length === 0 ? { parameter: key, path: [] } : { parameter, path: [...path, key] };
    const { description, patternProperties } = error.parentSchema as JsonSchema;
    if (patternProperties !== undefined) {
      const message = `'${key}' cannot be a key of '${steps.join('.')}'`;
      return { ...inside, code: 'bad-parameter', at: 'key', message, hint: description };
    }
    const message = `'${steps.join('.')}' has no key '${key}'`;
    return {
      ...inside,
      code: 'unknown-parameter',
      at: 'key',
      message,
      hint: suggest(key, known, 'its keys'),
    };
  }
  const name = `'${steps.map((step, index) => (index > 0 && /^\d+$/.test(step) ? `[${step}]` : index > 0 ? `.${step}` : step)).join('')}'`;
  const value = error.data as Json;
  const schema = (error.parentSchema ?? {}) as JsonSchema;
  const base = { parameter, path, at: 'value' as const };
  const folder = error.keyword === 'format' && folders.get(error.params.format);
  if (folder) {
    return {
      ...base,
      code: 'path-escape',
      message: `${name} must be a path inside ${folder}, not ${describeValue(value)}`,
      hint: `write a relative path that does not lead out of ${folder} through '..'`,
    };
  }
  return { ...base, code: 'bad-parameter', ...words(name, value, schema, error) };
}

function words(
  name: string,
  value: Json,
  schema: JsonSchema,
  error: ErrorObject,
): { message: string; hint: string | undefined } {
  const allowed = allowedValues(schema);
  if (allowed !== undefined && ['enum', 'const', 'anyOf', 'oneOf', 'type'].includes(error.keyword)) {
    const hint =
      typeof value === 'string'
        ? didYouMean(
            value,
            allowed.filter((one) => typeof one === 'string'),
          )
        : undefined;
    return { message: `${name} must be ${describeSchema(schema)}, not ${describeValue(value)}`, hint };
  }
  if (['type', 'anyOf', 'oneOf'].includes(error.keyword)) {
    return {
      message: `${name} must be ${describeSchema(schema)}, not ${describeValue(value)}`,
      hint: typeHint(value, schema),
    };
  }
  const bound = String(
    error.params.limit ?? error.params.multipleOf ?? error.params.pattern ?? error.params.format ?? '',
  );
  const rule = rules[error.keyword]?.(bound);
  if (rule === undefined)
    return { message: `${name} ${error.message ?? 'is not as its kind wants it'}`, hint: undefined };
  return { message: `${name} must ${rule}, not ${describeValue(value)}`, hint: schema.hint };
}

const rules: Readonly<Record<string, (bound: string) => string>> = {
  minimum: (bound) => `be at least ${bound}`,
  maximum: (bound) => `be at most ${bound}`,
  exclusiveMinimum: (bound) => `be more than ${bound}`,
  exclusiveMaximum: (bound) => `be less than ${bound}`,
  multipleOf: (bound) => `be a multiple of ${bound}`,
  minLength: (bound) => `have at least ${count(bound, 'character')}`,
  maxLength: (bound) => `have at most ${count(bound, 'character')}`,
  minItems: (bound) => `have at least ${count(bound, 'item')}`,
  maxItems: (bound) => `have at most ${count(bound, 'item')}`,
  pattern: (bound) => `match ${bound}`,
};

function typeHint(value: Json, schema: JsonSchema): string | undefined {
  if (typeof value === 'string' && wantsNumber(schema)) {
    if (looksLikeFraction(value)) return 'the denominator of a fraction cannot be zero';
    if (/^[\d.]+ *\/ *[\d.]+$/.test(value)) return 'write a fraction without blanks, such as 8/255';
    if (/^[-+]?\d+(_\d+)+$/.test(value)) return `write it without _: ${value.replaceAll('_', '')}`;
    if (value.trim() !== '' && Number.isFinite(Number(value))) return 'write the number without quotes';
  }
  const takesTruth = branches(schema).some((one) => types(one).includes('boolean'));
  if (takesTruth && typeof value === 'string' && /^(y|yes|n|no|on|off)$/i.test(value))
    return `in YAML 1.2, '${value}' is text: write ${/^(y|yes|on)$/i.test(value)}`;
  const takesText = branches(schema).some(({ type }) => type === 'string');
  if (takesText && (typeof value === 'number' || typeof value === 'boolean'))
    return `put quotes around it: ${JSON.stringify(String(value))}`;
  const list = branches(schema).some(({ type }) => type === 'array');
  return list && typeof value !== 'object' ? `write [${quoted(value).replaceAll("'", '')}]` : undefined;
}

function count(bound: string, thing: string): string {
  return `${bound} ${thing}${bound === '1' ? '' : 's'}`;
}

/** Removes the escapes of a JSON pointer. */
function unescaped(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~');
}
