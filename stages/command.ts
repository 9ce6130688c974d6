import { join } from 'node:path';
import { Type } from '@sinclair/typebox';
import { defineKind } from '../src/kind/kind.ts';

export default defineKind({
  description: 'Runs any program; what it writes to the folder in $RETABLE_OUTPUT is its artifact.',
  parameters: Type.Object({
    run: Type.Union(
      [
        Type.String({ minLength: 1 }),
        Type.Array(Type.Union([Type.String(), Type.Number()]), { minItems: 1 }),
      ],
      {
        description:
          'A line for `sh -c`, or a program and its arguments as a list. It starts in the project folder and finds the artifacts that it needs in $RETABLE_INPUT_NAME.',
      },
    ),
    files: Type.Array(Type.String({ format: 'project-path' }), {
      default: [],
      description: 'Files of the project that it reads, such as its script: a change in one runs it again.',
    }),
    outputs: Type.Array(Type.String(), {
      default: [],
      description: 'Files that it must have written, relative to $RETABLE_OUTPUT.',
    }),
    env: Type.Record(Type.String(), Type.String(), {
      default: {},
      description: 'Environment variables besides those of this process.',
    }),
  }),
  inputs: 'any',
  output: 'files',
  sources: ({ files }, { project }) => files.map((name) => ({ name, path: join(project, name) })),
  program: ({ run, env, outputs }) => {
    const [program = 'sh', ...args] = typeof run === 'string' ? ['sh', '-c', run] : run.map(String);
    return { argv: [program, ...args], env, outputs };
  },
});
