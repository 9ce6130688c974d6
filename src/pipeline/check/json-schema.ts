import { isList, type Json } from '../../json.ts';
import { parseFraction } from '../parse/fractions.ts';
import { isMapping } from '../parse/readers.ts';

/** The parts of a JSON Schema that are used here. A TypeBox schema is one. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly const?: Json;
  readonly enum?: readonly Json[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly patternProperties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema | readonly JsonSchema[];
  readonly required?: readonly string[];
  readonly default?: Json;
  readonly format?: string;
  readonly description?: string;
  /** Not part of JSON Schema: what to write instead of a value that is out of range. */
  readonly hint?: string;
}

/** The alternatives of a schema; a value must match only one. */
export function branches(schema: JsonSchema): readonly JsonSchema[] {
  const inner = schema.anyOf ?? schema.oneOf;
  return inner === undefined ? [schema] : inner.flatMap(branches);
}

export function types(schema: JsonSchema): readonly string[] {
  return typeof schema.type === 'string' ? [schema.type] : (schema.type ?? []);
}

/** All values that a schema allows, if they are finitely many. */
export function allowedValues(schema: JsonSchema): readonly Json[] | undefined {
  const values = branches(schema).map(
    (one) => one.enum ?? (one.const === undefined ? undefined : [one.const]),
  );
  return values.every((one) => one !== undefined) ? values.flat() : undefined;
}

/** Whether a schema accepts numbers but no text: `8/255` is then a number. */
export function wantsNumber(schema: JsonSchema): boolean {
  const all = branches(schema);
  const takesText = (one: JsonSchema) =>
    types(one).includes('string') && one.const === undefined && one.enum === undefined;
  return (
    all.some((one) => types(one).some((type) => type === 'number' || type === 'integer')) &&
    !all.some(takesText)
  );
}

/** A copy of the value in which fractions are numbers wherever the schema requires a number. */
export function applyFractions(value: Json, schema: JsonSchema | undefined): Json {
  if (typeof value === 'string')
    return value.includes('/') && schema !== undefined && wantsNumber(schema)
      ? (parseFraction(value) ?? value)
      : value;
  if (typeof value !== 'object' || value === null) return value;
  const all = schema === undefined ? [] : branches(schema);
  if (Array.isArray(value)) {
    const items = all.find((one) => one.items !== undefined)?.items;
    return value.map((item: Json, index) => applyFractions(item, isList(items) ? items[index] : items));
  }
  if (!isMapping(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const found = all.map((one) => propertySchema(one, key)).find((one) => one !== undefined);
      return [key, applyFractions(inner, found)];
    }),
  );
}

/** The schema of a property; undefined if the schema does not name it. */
export function propertySchema(schema: JsonSchema, key: string): JsonSchema | undefined {
  if (schema.properties !== undefined && Object.hasOwn(schema.properties, key)) return schema.properties[key];
  const pattern = Object.entries(schema.patternProperties ?? {}).find(([regex]) =>
    new RegExp(regex).test(key),
  );
  if (pattern !== undefined) return pattern[1];
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}

/** A schema in words: `an integer`, `one of 'a', 'b'`. */
export function describeSchema(schema: JsonSchema): string {
  const allowed = allowedValues(schema);
  if (allowed !== undefined)
    return allowed.length === 1 ? quoted(allowed[0]) : `one of ${allowed.map(quoted).join(', ')}`;
  const all = branches(schema);
  if (all.length > 1) return [...new Set(all.map(describeSchema))].join(' or ');
  const words = types(schema).map((type) => typeWords[type] ?? type);
  return words.length === 0 ? 'another value' : words.join(' or ');
}

export function quoted(value: Json | undefined): string {
  return typeof value === 'string' ? `'${value}'` : JSON.stringify(value);
}

const typeWords: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  null: 'null',
};
