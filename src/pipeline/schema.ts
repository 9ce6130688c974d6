import type { TSchema } from '@sinclair/typebox';
import type { Json } from '../json.ts';
import type { Kind } from '../kind/kind.ts';
import type { Variants } from '../kind/variants.ts';
import { branches, type JsonSchema, wantsNumber } from './check/json-schema.ts';
import { isMapping, type JsonMap } from './parse/readers.ts';

const reference = {
  type: 'string',
  pattern: '\\$\\{\\{',
  description: `A reference, such as \${{ params.x }}.`,
};
const fraction = {
  type: 'string',
  pattern: '^[+-]?\\d+(\\.\\d+)?/\\d+(\\.\\d+)?$',
  description: 'A fraction, such as 8/255.',
};
const text = { type: 'string' };
const texts = { anyOf: [text, { type: 'array', items: text }] };
const name = { pattern: '^[A-Za-z][A-Za-z0-9_-]*$' };
const scalar = { type: ['string', 'number', 'boolean'] };

/**
 * The JSON Schema (draft 7) of a pipeline file, with which the YAML language server completes and checks files in
 * editors. It is less strict than `loadPipeline`: every pipeline that loads is valid.
 */
export function pipelineSchema(kinds: Readonly<Record<string, Kind>>): Record<string, Json> {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'retable pipeline',
    ...object({
      pipeline: { ...text, description: 'The name of the pipeline.' },
      description: text,
      'default-profile': { ...text, description: 'The profile that is used without --profile.' },
      params: { ...map({}), description: `Base values, for \${{ params.NAME }}.` },
      profiles: { ...map(map({})), description: 'Other values of params, by name of the profile.' },
      stages: { ...map({ $ref: '#/definitions/stage' }), minProperties: 1 },
      sweeps: map({ $ref: '#/definitions/sweep' }),
      tables: map({ $ref: '#/definitions/table' }),
      figures: map({ $ref: '#/definitions/figure' }),
    }),
    required: ['pipeline', 'stages'],
    definitions: { stage: stage(kinds), need, matrix, sweep, table, figure },
  };
}

const condition = { anyOf: [scalar, { type: 'array', items: scalar }] };

const need = {
  anyOf: [
    texts,
    {
      ...object({ stage: texts, where: { type: 'object', additionalProperties: condition } }),
      required: ['stage'],
    },
  ],
};

const entries = {
  anyOf: [
    { type: 'array', items: { anyOf: [{ type: 'object', additionalProperties: scalar }, reference] } },
    reference,
  ],
};

const matrix = {
  type: 'object',
  properties: { include: entries, exclude: entries },
  additionalProperties: { anyOf: [{ type: 'array', items: scalar, minItems: 1 }, reference] },
};

const ends = {
  anyOf: [
    { type: 'array', items: { anyOf: [{ type: 'number' }, fraction, reference] }, minItems: 2, maxItems: 2 },
    reference,
  ],
};
const values = { type: 'array', items: scalar, minItems: 1 };
const axis = {
  anyOf: [
    values,
    object({
      log: { anyOf: [ends, { type: 'boolean' }], description: 'From LOW to HIGH on a logarithmic scale.' },
      uniform: { ...ends, description: 'From LOW to HIGH.' },
      int: { ...ends, description: 'Whole numbers from LOW to HIGH.' },
      choice: { anyOf: [values, reference], description: 'One of these values.' },
      when: {
        type: 'object',
        additionalProperties: condition,
        description: 'The axis counts only if another one has this value.',
      },
    }),
    reference,
  ],
};

const objective = {
  anyOf: [
    text,
    { ...object({ value: text, part: { enum: ['validation', 'train', 'none'] } }), required: ['value'] },
  ],
};

const sweep = {
  ...object({
    description: text,
    stage: { ...text, description: 'The stage whose cells are the trials.' },
    space: { anyOf: [map(axis), reference], description: 'The parameters to vary, with their values.' },
    sampler: {
      anyOf: [{ enum: ['halton', 'random', 'grid'] }, reference],
      default: 'halton',
      description: 'How points of the space are chosen.',
    },
    seed: { anyOf: [{ type: 'integer', minimum: 0 }, reference], default: 0 },
    trials: { anyOf: [{ type: 'integer', minimum: 1 }, reference], description: 'The number of points.' },
    rungs: {
      anyOf: [{ type: 'object' }, reference],
      description: 'Where trials are compared, such as {epochs: [3, 9, 27], keep: 1/3, rule: halving}.',
    },
    maximise: { ...objective, description: 'STAGE.NAME of the value that decides, if high is good.' },
    minimise: { ...objective, description: 'STAGE.NAME of the value that decides, if low is good.' },
  }),
  required: ['stage', 'space'],
};

const shownFormat = { anyOf: [{ enum: ['percent', 'number'] }, reference] };
const labels = { anyOf: [{ type: 'object', additionalProperties: scalar }, reference] };
const where = {
  anyOf: [{ type: 'object', additionalProperties: { anyOf: [condition, reference] } }, reference],
  description: 'Only cells in which each key has one of the values.',
};

const table = {
  ...object({
    title: text,
    value: { ...texts, description: 'STAGE.NAME' },
    rows: texts,
    columns: texts,
    over: texts,
    correlate: texts,
    where,
    format: shownFormat,
    digits: { anyOf: [{ type: 'integer', minimum: 0, maximum: 20 }, reference] },
    labels,
    notes: texts,
    references: {
      anyOf: [
        {
          type: 'array',
          items: {
            anyOf: [
              {
                ...object({
                  row: condition,
                  column: condition,
                  value: { anyOf: [{ type: 'number' }, reference] },
                  source: text,
                }),
                required: ['value', 'source'],
              },
              reference,
            ],
          },
        },
        reference,
      ],
    },
  }),
  required: ['value'],
};

const head: JsonMap = { title: text, notes: texts, labels };
const panels = { ...texts, description: 'Keys; one panel for each of their values.' };
const whole = { type: 'integer', minimum: 0 };
const grouped: JsonMap = { over: texts, where, panels };
const onAxes: JsonMap = {
  ...grouped,
  format: shownFormat,
  series: { ...texts, description: 'Keys; one colour for each of their values.' },
  band: {
    enum: ['std', 'sem', 'range', 'none'],
    default: 'std',
    description:
      'Around the mean: sample standard deviation, standard error, smallest and largest value, or nothing.',
  },
};
const log: JsonMap = {
  anyOf: [{ enum: ['x', 'y'] }, { type: 'array', items: { enum: ['x', 'y'] } }],
  description: 'The axes that are logarithmic.',
};

/** The keys of each plot of a figure, and those that must be given. */
const plots: Readonly<Record<string, readonly [must: readonly string[], keys: JsonMap]>> = {
  line: [
    ['value', 'x'],
    {
      ...onAxes,
      value: { ...texts, description: 'STAGE.NAME' },
      x: { ...texts, description: 'The key of the x axis.' },
      log,
    },
  ],
  scatter: [
    ['x', 'y'],
    {
      ...onAxes,
      x: { ...texts, description: 'STAGE.NAME' },
      y: { ...texts, description: 'STAGE.NAME' },
      points: { ...texts, description: 'Keys; one point of a series for each of their values.' },
      log,
    },
  ],
  bars: [
    ['value'],
    {
      ...onAxes,
      value: { ...texts, description: 'STAGE.NAME' },
      groups: { ...texts, description: 'Keys; one group of bars for each of their values.' },
    },
  ],
  history: [
    ['of', 'values'],
    {
      ...onAxes,
      format: { anyOf: [shownFormat, map({ enum: ['percent', 'number'] })] },
      of: { ...texts, description: 'The stages whose records are shown.' },
      values: { ...texts, description: 'Names in the records, such as loss; one panel for each.' },
      x: { ...text, default: 'epoch', description: 'The name of the x axis in the records.' },
      log: { ...texts, description: 'The axes that are logarithmic: x, and names of values.' },
    },
  ],
  images: [
    ['of'],
    {
      ...grouped,
      of: { ...texts, description: 'The stage of attacks, which keeps its images.' },
      rows: texts,
      examples: {
        anyOf: [{ type: 'integer', minimum: 1, maximum: 100 }, { type: 'array', items: whole }, reference],
        default: 4,
        description: 'The first so many images, or these, counted from 0.',
      },
      amplify: {
        anyOf: [{ type: 'number', exclusiveMinimum: 0 }, reference],
        default: 10,
        description: 'The factor by which differences are shown larger.',
      },
    },
  ],
  sweep: [['sweep'], { sweep: text, format: shownFormat }],
};

const figure = {
  type: 'object',
  properties: { plot: { enum: Object.keys(plots), description: 'What is drawn.' } },
  required: ['plot'],
  allOf: Object.entries(plots).map(([plot, [required, keys]]) => ({
    if: { properties: { plot: { const: plot } }, required: ['plot'] },
    // biome-ignore lint/suspicious/noThenProperty: JSON Schema calls it so
    then: { ...object({ plot: { const: plot }, ...head, ...keys }), required: [...required] },
  })),
};

function stage(kinds: Readonly<Record<string, Kind>>): JsonMap {
  const amount = (schema: JsonMap): JsonMap => ({ anyOf: [schema, reference] });
  const known = Object.entries(kinds);
  return {
    ...object({
      uses: { anyOf: known.map(([kind, { description }]) => ({ const: kind, description })) },
      description: text,
      needs: map({ $ref: '#/definitions/need' }),
      with: { type: 'object' },
      matrix: { $ref: '#/definitions/matrix' },
      resources: object({
        cpu: amount({ type: 'integer', minimum: 1 }),
        memory: amount({
          anyOf: [
            { type: 'number', minimum: 0 },
            { type: 'string', pattern: '^\\d+(\\.\\d+)? ?([KMGT]i?)?B$' },
          ],
        }),
        gpu: amount({ type: 'integer', minimum: 0 }),
      }),
      timeout: amount({
        anyOf: [
          { type: 'number', exclusiveMinimum: 0 },
          { type: 'string', pattern: '^\\d+(\\.\\d+)? ?[smhd]$' },
        ],
      }),
      retries: amount({ type: 'integer', minimum: 0 }),
    }),
    required: ['uses'],
    allOf: known.map(([kind, one]) => ({
      if: { properties: { uses: { const: kind } }, required: ['uses'] },
      // biome-ignore lint/suspicious/noThenProperty: JSON Schema calls it so
      then: { properties: { with: parametersOf(one), ...needsOf(one) } },
    })),
  };
}

/** The schema of `with`. Nothing is required, because the matrix can set what is missing here. */
function parametersOf(kind: Kind): JsonMap {
  const { variants } = kind;
  const common = loosenedProperties(kind.parameters);
  const open = plain(kind.parameters).additionalProperties;
  const schema = {
    type: 'object',
    properties: common,
    additionalProperties: typeof open === 'object' ? loosened(open) : (open ?? false),
  };
  if (variants === undefined) return schema;
  const own = Object.entries(variants.of).map(
    ([name, { parameters }]) => [name, loosenedProperties(parameters)] as const,
  );
  const names = new Set(own.flatMap(([, properties]) => Object.keys(properties)));
  const shared = [...names].map((key) => [
    key,
    anyOf(own.flatMap(([, one]) => (one[key] ? [one[key]] : []))),
  ]);
  return {
    ...schema,
    properties: { [variants.by]: choice(variants), ...common, ...Object.fromEntries(shared) },
    // If `with` names the variant, its parameters are known.
    allOf: own.map(([name, properties]) => ({
      if: { properties: { [variants.by]: { const: name } }, required: [variants.by] },
      // biome-ignore lint/suspicious/noThenProperty: JSON Schema calls it so
      then: {
        properties,
        propertyNames: { enum: [variants.by, ...Object.keys(common), ...Object.keys(properties)] },
      },
    })),
  };
}

/** The parameter that chooses a variant. */
function choice({ description, default: fallback, of }: Variants): JsonMap {
  const names = Object.entries(of).flatMap(([name, one]): JsonMap[] => [
    { const: name, description: one.description },
    ...(one.suffix === undefined
      ? []
      : [{ type: 'string', pattern: `^${name}-[1-9][0-9]*$`, description: `${name} with ${one.suffix}.` }]),
  ]);
  return {
    description,
    ...(fallback !== undefined && { default: fallback }),
    anyOf: [...names, reference],
  };
}

/** Combines schemas; equal ones are listed once. */
function anyOf(schemas: readonly JsonMap[]): JsonMap {
  const distinct = [...new Map(schemas.map((one) => [JSON.stringify(one), one])).values()];
  const [first = {}, ...others] = distinct;
  return others.length === 0 ? first : { anyOf: distinct };
}

function loosenedProperties(parameters: TSchema): Record<string, JsonMap> {
  const properties = Object.entries(plain(parameters).properties ?? {});
  return Object.fromEntries(properties.map(([key, value]) => [key, loosened(value)]));
}

/** Removes TypeBox's symbol keys, which are not JSON; the rest is a JSON Schema. */
function plain(schema: TSchema): JsonSchema {
  return JSON.parse(JSON.stringify(schema)) as JsonSchema;
}

function needsOf({ inputs }: Kind): JsonMap {
  if (inputs === 'any') return {};
  const properties = Object.entries(inputs).map(([input, { description }]) => [
    input,
    { description, $ref: '#/definitions/need' },
  ]);
  return {
    needs: { type: 'object', properties: Object.fromEntries(properties), additionalProperties: false },
  };
}

/** The schema of a value before references, fractions and defaults are filled in. */
function loosened(schema: JsonSchema): JsonMap {
  const { description, default: fallback, hint: _hint, ...rest } = schema;
  const inner: Record<string, Json> = {};
  for (const [key, value] of Object.entries(rest as JsonMap)) inner[key] = loosenedPart(key, value);
  if (schema.required !== undefined) {
    inner.required = schema.required.filter((key) => schema.properties?.[key]?.default === undefined);
  }
  const plainText = branches(schema).some(({ type }) => type === 'string');
  return {
    ...(description !== undefined && { description }),
    ...(fallback !== undefined && { default: fallback }),
    anyOf: [inner, ...(wantsNumber(schema) && !plainText ? [fraction] : []), reference],
  };
}

function loosenedPart(key: string, value: Json): Json {
  // At this boundary a cast is needed: the values of these keys are schemas.
  if (key === 'properties' || key === 'patternProperties') {
    return isMapping(value)
      ? Object.fromEntries(
          Object.entries(value).map(([one, schema]) => [one, loosened(schema as JsonSchema)]),
        )
      : value;
  }
  if ((key === 'items' || key === 'additionalProperties') && isMapping(value))
    return loosened(value as JsonSchema);
  if (['anyOf', 'oneOf', 'allOf', 'items'].includes(key) && Array.isArray(value))
    return value.map((one) => loosened(one as JsonSchema));
  return value;
}

function object(properties: JsonMap): JsonMap {
  return { type: 'object', properties, additionalProperties: false };
}

function map(values: JsonMap): JsonMap {
  return { type: 'object', propertyNames: name, additionalProperties: values };
}
