import { type TObject, Type } from '@sinclair/typebox';
import { Failure } from '../../src/failure.ts';
import { defineKind, type Kind } from '../../src/kind/kind.ts';
import type { KindRegistry } from '../../src/pipeline/load.ts';

/** Registries hold kinds of many parameter types; a kind of one type is not one of all, because of its functions. */
const anyKind = <P extends TObject>(kind: Kind<P>) => kind as unknown as Kind;

const data = { type: 'dataset', description: 'the data to learn from' };

/** Small kinds in the manner of the real ones. They are input for the loader. */
export const kinds: Readonly<Record<string, Kind>> = {
  dataset: anyKind(
    defineKind({
      description: 'Makes a dataset.',
      parameters: Type.Object({
        name: Type.String({ description: 'Which dataset.', default: 'digits' }),
        file: Type.Optional(Type.String({ format: 'project-path' })),
        files: Type.Optional(Type.Array(Type.String({ format: 'project-path' }))),
        size: Type.Integer({ minimum: 1, maximum: 60000, default: 100 }),
      }),
      inputs: {},
      output: 'dataset',
    }),
  ),
  train: anyKind(
    defineKind({
      description: 'Trains a model.',
      parameters: Type.Object({
        net: Type.String({ default: 'resnet-8' }),
        method: Type.Union([Type.Literal('plain'), Type.Literal('pgd-at'), Type.Literal('trades')], {
          default: 'plain',
        }),
        epochs: Type.Integer({ minimum: 1 }),
        epsilon: Type.Number({ default: 0, minimum: 0, maximum: 1 }),
        seed: Type.Integer({ default: 0 }),
        augment: Type.Boolean({ default: true }),
        schedule: Type.Array(Type.Number(), { default: [] }),
        optimizer: Type.Object(
          { name: Type.String({ default: 'sgd' }), rate: Type.Number({ default: 0.1 }) },
          { default: {}, additionalProperties: false },
        ),
      }),
      inputs: { data },
      output: 'model',
    }),
  ),
  transfer: anyKind(
    defineKind({
      description: 'Trains a student.',
      parameters: Type.Object({
        net: Type.String({ default: 'resnet-8' }),
        method: Type.String({ enum: ['kd', 'mixup', 'mixacm'], default: 'kd' }),
        seed: Type.Integer({ default: 0 }),
        epsilon: Type.Union([Type.Number(), Type.Literal('teacher')], { default: 'teacher' }),
      }),
      inputs: { data, teacher: { type: 'model', description: 'the model to learn from' } },
      output: 'model',
    }),
  ),
  attack: anyKind(
    defineKind({
      description: 'Attacks a model.',
      parameters: Type.Object({
        attack: Type.String({ pattern: '^(none|fgsm|pgd-[0-9]+)$', default: 'none' }),
        epsilon: Type.Number({ exclusiveMinimum: 0, default: 8 / 255 }),
        seed: Type.Integer({ default: 0 }),
      }),
      inputs: {
        data,
        model: { type: 'model', description: 'the model to attack' },
        surrogate: { type: 'model', description: 'the model to make the images on', optional: true },
      },
      output: 'report',
    }),
  ),
  command: anyKind(
    defineKind({
      description: 'Runs a program.',
      parameters: Type.Object({
        run: Type.Union([
          Type.String(),
          Type.Array(Type.Union([Type.String(), Type.Number()]), { minItems: 1 }),
        ]),
        env: Type.Record(
          Type.String({ pattern: '^(?!RETABLE_)[A-Z_]+$' }),
          Type.Union([Type.String(), Type.Number(), Type.Boolean()]),
          { default: {}, additionalProperties: false, description: 'Variables in upper case.' },
        ),
      }),
      inputs: 'any',
      output: 'files',
    }),
  ),
};

export const registry: KindRegistry = {
  names: [...Object.keys(kinds), 'broken'],
  async load(name) {
    const kind = kinds[name];
    if (kind !== undefined) return kind;
    throw new Failure('broken-kind', `stages/${name}.ts cannot be loaded: Unexpected token`, {
      hint: 'mend the file',
    });
  },
};
