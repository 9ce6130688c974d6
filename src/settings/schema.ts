import { type Static, Type } from '@sinclair/typebox';
import { ENGINE_NAMES } from '../engine/identity.ts';

function folder(description: string) {
  return Type.Optional(
    Type.String({
      minLength: 1,
      description: `${description} A relative path starts at the project's folder.`,
    }),
  );
}

/** What `retable.yaml` may contain. */
export const settingsSchema = Type.Object(
  {
    cache: folder('The folder where results are kept. Default: cache.'),
    data: folder(
      'The folder where data sets are looked for. Default: none, published data sets are downloaded.',
    ),
    results: folder('The folder where tables are written. Default: results.'),
    engine: Type.Optional(
      Type.Union(
        ENGINE_NAMES.map((name) => Type.Literal(name)),
        { description: 'The engine that computes tensors. Default: the fastest that is installed.' },
      ),
    ),
    jobs: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 99_999,
        description: 'How many cells may run at a time. Default: one for each core.',
      }),
    ),
  },
  { additionalProperties: false },
);

/** The contents of a settings file, as they are written. */
export type WrittenSettings = Static<typeof settingsSchema>;

/** The JSON Schema (draft 7) of `retable.yaml`, for editors. An empty file is valid too. */
export function editorSchema() {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'retable settings',
    ...settingsSchema,
    type: ['object', 'null'],
  };
}
