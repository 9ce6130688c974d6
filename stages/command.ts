import { Type } from '@sinclair/typebox';
import { defineKind } from '../src/kind/kind.ts';
import { projectFiles } from '../src/kind/project-files.ts';

/** Those of retable itself are set last, so that they could not be given. */
const variable = '^(?!RETABLE_)[A-Za-z_][A-Za-z0-9_]*$';

export default defineKind({
  description: 'Runs any program. The files that it writes to the folder $RETABLE_OUTPUT are its artifact.',
  parameters: Type.Object({
    run: Type.Union(
      [
        Type.String({ minLength: 1 }),
        Type.Array(Type.Union([Type.String(), Type.Number()]), { minItems: 1 }),
      ],
      {
        description:
          'Either text, which is run by `sh -e` and stops at the first command that fails (see "Programs" above for pipes and quotes), or a list of a program and its arguments, which is run without a shell. The program starts in the project folder. The folder of each needed artifact is in $RETABLE_INPUT_NAME.',
      },
    ),
    files: Type.Array(Type.String({ format: 'project-path' }), {
      default: [],
      description:
        'Files of the project that the program reads, such as its script. If one changes, the cell runs again. A folder stands for all files in it, a pattern such as `src/**/*.py` for the files that match.',
    }),
    outputs: Type.Array(Type.String({ format: 'output-path' }), {
      default: [],
      description:
        'Files that the program must write, relative to $RETABLE_OUTPUT. If one is missing, the cell fails.',
    }),
    env: Type.Record(
      Type.String({ pattern: variable }),
      Type.Union([Type.String(), Type.Number(), Type.Boolean()]),
      {
        default: {},
        additionalProperties: false,
        description:
          'Environment variables to set in addition to those of retable. Names consist of letters, digits and _; names that begin with RETABLE_ are reserved.',
      },
    ),
    'env-keys': Type.Array(Type.String({ pattern: variable }), {
      default: [],
      description:
        'Names of environment variables that the program reads. If a value changes, the cell runs again. Unset and empty are different values. Only a digest of each value is stored.',
    }),
    epochs: Type.Optional(
      Type.Integer({
        minimum: 1,
        description:
          'The number of epochs that the program trains; it is in $RETABLE_EPOCHS. With it, the program promises to obey `stop-after`.',
      }),
    ),
    'stop-after': Type.Optional(
      Type.Integer({
        minimum: 1,
        description:
          'Train only the first epochs, as a part of the training of `epochs` epochs; it is in $RETABLE_STOP_AFTER. The program can go on from snapshots of other cells, which are in $RETABLE_TRAJECTORY. Default: all epochs.',
      }),
    ),
  }),
  inputs: 'any',
  output: 'files',
  continues: { stop: 'stop-after', of: 'epochs' },
  sources: ({ files, 'env-keys': variables }, { project }) => [
    ...projectFiles(files, project),
    ...variables.map((name) => ({ name: `$${name}`, variable: name })),
  ],
  program: ({ run, env, outputs, epochs, 'stop-after': stop = epochs }) => {
    const [program = 'sh', ...args] = typeof run === 'string' ? ['sh', '-e', '-c', run] : run.map(String);
    const variables = Object.entries(env).map(([name, value]) => [name, String(value)]);
    const training =
      epochs === undefined ? {} : { RETABLE_EPOCHS: `${epochs}`, RETABLE_STOP_AFTER: `${stop}` };
    return { argv: [program, ...args], env: { ...Object.fromEntries(variables), ...training }, outputs };
  },
});
