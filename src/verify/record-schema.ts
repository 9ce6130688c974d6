import { type Static, Type } from '@sinclair/typebox';
import type { Digest, Fingerprint } from '../cache/digest.ts';
import type { Json } from '../json.ts';
import { OPEN_STATES } from './record.ts';
import { VERSION } from './record-text.ts';

const digest = Type.Unsafe<Digest>(Type.RegExp(/^[0-9a-f]{64}$/));
const fingerprint = Type.Unsafe<Fingerprint>(Type.RegExp(/^[0-9a-f]{64}$/));
const position = Type.Integer({ minimum: 0 });
const versions = Type.Record(Type.String(), Type.String());
const parameters = Type.Record(Type.String(), Type.Unsafe<Json>(Type.Any()));
const strict = { additionalProperties: false };

/** `record.json` as it is written: what cells share is in lists, and referred to by its position there. */
export const recordSchema = Type.Object(
  {
    'retable-record': Type.Literal(VERSION),
    retable: Type.String(),
    commit: Type.Union([Type.Null(), Type.Object({ id: Type.String(), dirty: Type.Boolean() }, strict)]),
    pipeline: Type.String(),
    profile: Type.Union([Type.Null(), Type.String()]),
    set: parameters,
    packages: Type.Array(versions),
    files: Type.Array(Type.Tuple([Type.String(), digest])),
    code: Type.Array(
      Type.Union([
        Type.Object({ version: Type.String(), files: Type.Array(position) }, strict),
        Type.Object({ digest, packages: position, files: Type.Array(position) }, strict),
      ]),
    ),
    engines: Type.Array(
      Type.Object(
        {
          name: Type.String(),
          device: Type.String(),
          processor: Type.String(),
          packages: position,
          code: digest,
          threads: Type.Optional(Type.Integer()),
        },
        strict,
      ),
    ),
    stages: Type.Array(
      Type.Object(
        {
          stage: Type.String(),
          kind: Type.String(),
          code: position,
          engine: Type.Union([Type.Null(), position]),
          parameters,
        },
        strict,
      ),
    ),
    cells: Type.Array(
      Type.Union([
        Type.Object(
          {
            id: Type.String(),
            state: Type.Union(OPEN_STATES.map((state) => Type.Literal(state))),
            stage: Type.String(),
          },
          strict,
        ),
        Type.Object(
          {
            id: Type.String(),
            fingerprint,
            artifact: digest,
            inputs: Type.Record(Type.String(), digest),
            parameters,
            // A digest, or that it is hidden.
            sources: Type.Record(
              Type.String(),
              Type.Unsafe<Digest>(Type.RegExp(/^[0-9a-f]{64}$|^\(hidden\)$/)),
            ),
            stage: position,
            values: Type.Record(Type.String(), Type.Number()),
            warnings: Type.Array(Type.String()),
          },
          strict,
        ),
      ]),
    ),
  },
  strict,
);

export type WrittenRecord = Static<typeof recordSchema>;
