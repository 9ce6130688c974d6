import { Type } from '@sinclair/typebox';
import { defineKind } from '../src/kind/kind.ts';
import { settingsOf } from '../src/kind/settings.ts';
import { attacks } from '../src/learn/attack/attacks.ts';
import { attackProblems } from '../src/learn/attack/problems.ts';
import { partFiles } from '../src/learn/data/parts.ts';
import { checkpoint, seed } from '../src/learn/parameter-schemas.ts';

export default defineKind({
  description: 'Attacks a model on the test images, in l∞, and keeps the result of every example.',
  parameters: Type.Object({
    checkpoint: checkpoint("Which of the model's checkpoints is attacked."),
    'surrogate-checkpoint': checkpoint(
      "Of the surrogate's checkpoints, the one that the images are made on.",
    ),
    seed: seed('Seed of all that is random.'),
    'batch-size': Type.Integer({
      minimum: 1,
      default: 128,
      description: 'Examples that are attacked at once.',
    }),
    'keep-images': Type.Boolean({
      default: false,
      description: 'Keep the adversarial images in the artifact.',
    }),
    'self-check-examples': Type.Integer({
      minimum: 0,
      default: 64,
      description:
        'Test images, evenly spaced and at most batch-size, on which the self-checks probe model and attack (docs/self-checks.md); with 0 they look at the results alone.',
    }),
  }),
  variants: { by: 'attack', description: 'The attack.', of: attacks },
  problems: attackProblems,
  inputs: {
    data: {
      type: 'dataset',
      description: 'the data set; its test part is attacked',
      reads: partFiles('test'),
    },
    model: { type: 'model', description: 'the model; it is attacked in evaluation mode' },
    surrogate: {
      type: 'model',
      description: 'for a transfer attack: the model that the images are made on, to be shown to the other',
      optional: true,
    },
  },
  output: 'results',
  usesEngine: true,
  async run(context) {
    const { attackCell } = await import('../src/cells/attack.ts');
    const { attack, ...settings } = settingsOf(context.parameters);
    await attackCell(context, { ...settings, attack: { epsilon: 0, ...settings, name: attack } });
  },
});
