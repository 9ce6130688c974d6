import { type Static, Type } from '@sinclair/typebox';
import { pgdStepSize } from '../attack/derived.ts';
import type { PgdSettings } from '../attack/pgd.ts';
import { count, pixelLength, seed } from '../parameter-schemas.ts';

/** Parameters of all diagnoses on adversarial images, which are made by PGD on the cross entropy. */
export const adversarialParameters = {
  epsilon: pixelLength({
    default: 8 / 255,
    description: 'Radius of the l∞ ball of PGD, for pixels in [0, 1].',
  }),
  steps: count({ default: 20, description: 'Number of steps of PGD.' }),
  'step-size': Type.Optional(pixelLength({ description: 'Step size of PGD, for pixels in [0, 1].' })),
  seed: seed('Seed of all random numbers.'),
  'batch-size': Type.Integer({
    minimum: 1,
    default: 128,
    description: 'Number of images that are measured at once.',
  }),
};

export const adversarialDefaults = { 'step-size': pgdStepSize };

const schema = Type.Object(adversarialParameters);

/** The parameters of a pipeline as options of a diagnosis. */
export function adversarialOptions(parameters: Static<typeof schema>) {
  const { epsilon, steps, 'step-size': stepSize, seed, 'batch-size': batchSize } = parameters;
  const attack: PgdSettings = { epsilon, steps, stepSize };
  return { attack, seed, batchSize };
}
