import { type TObject, Type } from '@sinclair/typebox';
import { Failure } from '../../src/failure.ts';
import { defineKind, type Kind } from '../../src/kind/kind.ts';
import type { Variants } from '../../src/kind/variants.ts';
import type { KindRegistry } from '../../src/pipeline/load.ts';

const epsilon = Type.Number({ minimum: 0, maximum: 1, default: 0.5, hint: 'write 8/255, not 8' });

const rate = ({ epsilon, steps }: { epsilon: number; steps: number }) => (2 * epsilon) / steps;

/** Registries hold kinds of many parameter types; a kind of one type is not one of all, because of its functions. */
const anyKind = <P extends TObject, V extends Variants | undefined>(kind: Kind<P, V>) =>
  kind as unknown as Kind;

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
      values: {
        validation: { description: 'Accuracy on validation images.', part: 'validation' },
        loss: { description: 'Loss on training images.', part: 'train' },
      },
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
        'keep-images': Type.Boolean({ default: false }),
        seed: Type.Integer({ default: 0 }),
      }),
      inputs: {
        data,
        model: { type: 'model', description: 'the model to attack' },
        surrogate: { type: 'model', description: 'the model to make the images on', optional: true },
      },
      output: 'report',
      values: { accuracy: { description: 'Accuracy on test images.', part: 'test' } },
    }),
  ),
  defend: anyKind(
    defineKind({
      description: 'Trains a model by a method that has parameters of its own.',
      parameters: Type.Object({
        epochs: Type.Integer({ minimum: 1, default: 1 }),
        'stop-after': Type.Optional(Type.Integer({ minimum: 1 })),
        seed: Type.Integer({ default: 0, minimum: 0 }),
      }),
      continues: { stop: 'stop-after', of: 'epochs' },
      variants: {
        by: 'method',
        description: 'How it is trained.',
        default: 'plain',
        of: {
          plain: { description: 'Cross entropy.', parameters: Type.Object({}) },
          mixup: {
            description: 'On mixed images.',
            parameters: Type.Object({ alpha: Type.Number({ minimum: 0, default: 1 }) }),
          },
          trades: {
            description: 'On adversarial images, too.',
            parameters: Type.Object({ epsilon, beta: Type.Number({ minimum: 0, default: 6 }) }),
          },
          mart: {
            description: 'On adversarial images alone.',
            parameters: Type.Object({ epsilon, beta: Type.Number({ minimum: 0, default: 5 }) }),
          },
          pgd: {
            description: 'Steps in a ball.',
            parameters: Type.Object({
              epsilon,
              steps: Type.Integer({ minimum: 1, default: 10 }),
              'step-size': Type.Optional(Type.Number({ minimum: 0 })),
            }),
            suffix: 'steps',
            derived: {
              'step-size': { rule: '2 · epsilon / steps', value: rate },
            },
          },
        },
      },
      problems: ({ epochs }, needs) => {
        const size = needs.data?.parameters.size;
        if (typeof size !== 'number' || epochs <= size) return [];
        const message = `'epochs' is ${epochs}, and the data have ${size} images`;
        return [{ parameter: 'epochs', message, hint: 'take fewer' }];
      },
      inputs: { data },
      output: 'model',
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
        outputs: Type.Optional(Type.Array(Type.String({ format: 'output-path' }))),
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
    throw new Failure('bad-kind', `stages/${name}.ts cannot be loaded: Unexpected token`, {
      hint: 'mend the file',
    });
  },
};
