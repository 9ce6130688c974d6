import { Type } from '@sinclair/typebox';
import { oneOf, pixelLength } from '../../parameter-schemas.ts';
import { epsilon, restarts, steps } from '../attack-parameters.ts';
import { declareAttack } from '../declare.ts';
import { pgdStepSize } from '../derived.ts';

function ascentParameters(usualSteps: number) {
  return {
    epsilon,
    steps: steps(usualSteps),
    'step-size': Type.Optional(pixelLength({ description: 'Step size, for pixels in [0, 1].' })),
    restarts,
    'random-start': Type.Boolean({
      default: true,
      description: 'Start at a random point of the ball instead of the clean image.',
    }),
  };
}

export const pgdAttack = declareAttack({
  description: 'PGD (Madry et al. 2018): steps along the sign of the gradient, from a random start.',
  parameters: Type.Object({
    ...ascentParameters(20),
    loss: oneOf(['cross-entropy', 'margin', 'dlr'], {
      default: 'cross-entropy',
      description:
        'Loss to maximise. margin is the maximum over j≠y of z_j − z_y; dlr divides it by a difference of logits.',
    }),
  }),
  derived: { 'step-size': pgdStepSize },
  suffix: 'steps',
  search: 'pgd',
  climbs: 'setting',
  async build({ loss, ...settings }) {
    return (await import('../pgd.ts')).pgd({ ...settings, objective: loss });
  },
});

// Uses the loss of Carlini and Wagner (2017), not their search for the smallest l2 distance.
export const cwAttack = declareAttack({
  description:
    'PGD that maximises the margin (the loss of Carlini and Wagner 2017); evaluations call it CW∞.',
  parameters: Type.Object(ascentParameters(30)),
  derived: { 'step-size': pgdStepSize },
  search: 'pgd',
  climbs: 'margin',
  async build(settings) {
    return (await import('../pgd.ts')).pgd({ ...settings, objective: 'margin' });
  },
});
