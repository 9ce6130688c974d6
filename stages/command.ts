import { Type } from '@sinclair/typebox';
import { defineKind } from '../src/kind/kind.ts';
import { projectFiles } from '../src/kind/project-files.ts';

/** Those of retable itself are set last, so that they could not be given. */
const variable = '^(?!RETABLE_)[A-Za-z_][A-Za-z0-9_]*$';

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
          'Lines for `sh -e`, which stops at the first one that fails (see "Programs" above for pipes and quoting), or a program and its arguments as a list, without a shell. It starts in the project folder and finds the artifacts that it needs in $RETABLE_INPUT_NAME.',
      },
    ),
    files: Type.Array(Type.String({ format: 'project-path' }), {
      default: [],
      description:
        'Files of the project that it reads, such as its script: a change in one runs it again. A folder stands for all files below it, `src/**/*.py` for those that match.',
    }),
    outputs: Type.Array(Type.String(), {
      default: [],
      description: 'Files that it must have written, relative to $RETABLE_OUTPUT.',
    }),
    env: Type.Record(
      Type.String({ pattern: variable }),
      Type.Union([Type.String(), Type.Number(), Type.Boolean()]),
      {
        default: {},
        additionalProperties: false,
        description:
          'Environment variables besides those of this process: letters, digits and _; RETABLE_… are taken.',
      },
    ),
    'env-keys': Type.Array(Type.String({ pattern: variable }), {
      default: [],
      description:
        'Names of environment variables that it reads: another value in one runs it again. Not set is another value than empty. Only a digest of a value is kept.',
    }),
  }),
  inputs: 'any',
  output: 'files',
  sources: ({ files, 'env-keys': variables }, { project }) => [
    ...projectFiles(files, project),
    ...variables.map((name) => ({ name: `$${name}`, variable: name })),
  ],
  program: ({ run, env, outputs }) => {
    const [program = 'sh', ...args] = typeof run === 'string' ? ['sh', '-e', '-c', run] : run.map(String);
    const variables = Object.entries(env).map(([name, value]) => [name, String(value)]);
    return { argv: [program, ...args], env: Object.fromEntries(variables), outputs };
  },
});
