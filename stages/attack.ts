import { Type } from '@sinclair/typebox';
import { defineKind } from '../src/kind/kind.ts';
import { attackPattern } from '../src/learn/attack/attack-names.ts';
import { partFiles } from '../src/learn/data/parts.ts';
import { oneOf } from '../src/learn/train/parameters.ts';

export default defineKind({
  description: 'Attacks a model on the test images, in l∞, and keeps the result of every example.',
  parameters: Type.Object({
    attack: Type.String({
      pattern: attackPattern,
      description:
        'none: clean accuracy; uniform-noise, gaussian-noise: controls; fgsm (Goodfellow et al. 2015); pgd or pgd-<steps> (Madry et al. 2018); cw: pgd on the margin, which evaluations call CW∞; apgd-ce, apgd-dlr, apgd-t (Croce and Hein 2020): Auto-PGD on cross entropy, on the DLR loss, and on that towards other classes; square (Andriushchenko et al. 2020): without gradients; fab-t (Croce and Hein 2020) and deepfool (Moosavi-Dezfooli et al. 2016): the nearest misclassified image, if it is within epsilon; autoattack: apgd-ce, apgd-t, fab-t and square, each on what withstood those before.',
    }),
    epsilon: Type.Number({
      minimum: 0,
      maximum: 1,
      default: 8 / 255,
      description: 'Radius of the ball, for pixels in [0, 1].',
    }),
    steps: Type.Optional(
      Type.Integer({
        minimum: 1,
        description:
          'Steps. Without it 20 for pgd (the name pgd-50 says the same), 30 for cw, 100 for apgd and fab-t, 50 for deepfool.',
      }),
    ),
    'step-size': Type.Optional(
      Type.Number({
        minimum: 0,
        description: 'For pgd and cw: length of a step; without it 2.5 · epsilon / steps.',
      }),
    ),
    restarts: Type.Integer({
      minimum: 1,
      default: 1,
      description:
        'For pgd, cw and apgd: runs from different starts, of which each example keeps its worst; for noise: draws.',
    }),
    'random-start': Type.Boolean({
      default: true,
      description: 'For pgd and cw: start at a random point of the ball.',
    }),
    loss: oneOf(['cross-entropy', 'margin', 'dlr'], {
      default: 'cross-entropy',
      description:
        'For pgd: what is made great; margin is max over j≠y of z_j − z_y (CW∞), dlr that over a distance of logits.',
    }),
    sigma: Type.Optional(
      Type.Number({
        minimum: 0,
        description:
          'For gaussian-noise: standard deviation, before it is cut to the ball; without it epsilon / 2.',
      }),
    ),
    targets: Type.Integer({
      minimum: 1,
      default: 9,
      description: 'For apgd-t, fab-t and deepfool: other classes that are gone for, the most likely first.',
    }),
    queries: Type.Integer({
      minimum: 1,
      default: 5000,
      description: 'For square: squares that are tried on each example.',
    }),
    checkpoint: oneOf(['last', 'best'], {
      default: 'last',
      description: "Which of the model's checkpoints is attacked.",
    }),
    'surrogate-checkpoint': oneOf(['last', 'best'], {
      default: 'last',
      description: "Of the surrogate's checkpoints, the one that the images are made on.",
    }),
    seed: Type.Integer({ minimum: 0, default: 0, description: 'Seed of all that is random.' }),
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
    const { attackCell } = await import('../src/learn/attack/attack-cell.ts');
    const { parameters } = context;
    await attackCell(context, {
      attack: {
        name: parameters.attack,
        epsilon: parameters.epsilon,
        steps: parameters.steps,
        stepSize: parameters['step-size'],
        restarts: parameters.restarts,
        randomStart: parameters['random-start'],
        objective: parameters.loss,
        sigma: parameters.sigma,
        targets: parameters.targets,
        queries: parameters.queries,
      },
      batchSize: parameters['batch-size'],
      seed: parameters.seed,
      checkpoint: parameters.checkpoint,
      surrogateCheckpoint: parameters['surrogate-checkpoint'],
      keepImages: parameters['keep-images'],
      selfCheckExamples: parameters['self-check-examples'],
    });
  },
});
