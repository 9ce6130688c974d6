import { Type } from '@sinclair/typebox';
import { defineKind } from '../src/kind/kind.ts';
import { settingsOf } from '../src/kind/settings.ts';
import { attacks } from '../src/learn/attack/attacks.ts';
import { attackProblems } from '../src/learn/attack/problems.ts';
import { evaluatedFiles, evaluatedPart, partParameter } from '../src/learn/data/evaluated-part.ts';
import { heldOutProblems } from '../src/learn/data/held-out.ts';
import { checkpoint, seed } from '../src/learn/parameter-schemas.ts';

export default defineKind({
  description:
    'Attacks a model on the test or validation images with an l∞ attack, and stores the result of every example.',
  parameters: Type.Object({
    ...partParameter,
    checkpoint: checkpoint('Checkpoint of the model that is attacked.'),
    'surrogate-checkpoint': checkpoint('Checkpoint of the surrogate that is attacked.'),
    seed: seed('Seed of all random numbers.'),
    'batch-size': Type.Integer({
      minimum: 1,
      default: 128,
      description: 'Number of images that are attacked at once.',
    }),
    'keep-images': Type.Boolean({
      default: false,
      description: 'Store the adversarial images in the artifact.',
    }),
    'self-check-examples': Type.Optional(
      Type.Integer({
        minimum: 0,
        description:
          'Number of images, at most batch-size, on which the self-checks probe the model and the attack (docs/self-checks.md). With 0, the self-checks use only the results of the attack. Default: 64, and checks are skipped that could take more than a quarter of the passes of the attack.',
      }),
    ),
  }),
  variants: { by: 'attack', description: 'The attack.', of: attacks },
  problems: (parameters, needs) => [
    ...attackProblems(parameters, needs),
    ...heldOutProblems(parameters, needs, ['model']),
  ],
  inputs: {
    data: {
      type: 'dataset',
      description: 'the data set; its images are attacked',
      reads: evaluatedFiles,
    },
    model: { type: 'model', description: 'the model; it is attacked in evaluation mode' },
    surrogate: {
      type: 'model',
      description:
        'for a transfer attack: the model on which the adversarial images are made; they are then classified by `model`',
      optional: true,
    },
  },
  output: 'results',
  values: {
    accuracy: {
      part: evaluatedPart,
      description:
        'Share of examples that the model classifies correctly both without an attack and under attack.',
    },
    'clean-accuracy': { part: evaluatedPart, description: 'Accuracy without an attack.' },
    'surrogate-accuracy': {
      part: evaluatedPart,
      description: '`accuracy` of the surrogate. Only with a surrogate.',
    },
    'zero-gradients': {
      part: evaluatedPart,
      description:
        'Share of examples whose first gradient was exactly zero. 0 for attacks without gradients.',
    },
    'after-NAME': {
      part: evaluatedPart,
      description: '`accuracy` after the attack NAME of a cascade. Only for attacks that ran.',
    },
    examples: { part: 'none', description: 'Number of examples.' },
    'self-check-warnings': {
      part: evaluatedPart,
      description: 'Number of warnings of the self-checks (docs/self-checks.md).',
    },
  },
  usesEngine: true,
  async run(context) {
    const { attackCell } = await import('../src/cells/attack.ts');
    const { attack, ...settings } = settingsOf(context.parameters);
    await attackCell(context, { ...settings, attack: { epsilon: 0, ...settings, name: attack } });
  },
});
