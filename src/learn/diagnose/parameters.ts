import { type Static, Type } from '@sinclair/typebox';
import type { PgdSettings } from '../attack/pgd.ts';

/** Parameters of all diagnoses on adversarial images, which PGD on the cross entropy makes. */
export const adversarialParameters = {
  epsilon: Type.Number({
    minimum: 0,
    maximum: 1,
    default: 8 / 255,
    description: 'Radius of the l∞ ball of PGD, for pixels in [0, 1].',
  }),
  steps: Type.Integer({ minimum: 1, default: 20, description: 'Steps of PGD.' }),
  'step-size': Type.Optional(
    Type.Number({ minimum: 0, description: 'Length of a step; without it 2.5 · epsilon / steps.' }),
  ),
  seed: Type.Integer({ minimum: 0, default: 0, description: 'Seed of all that is random.' }),
  'batch-size': Type.Integer({
    minimum: 1,
    default: 128,
    description: 'Examples that are measured at once.',
  }),
};

const schema = Type.Object(adversarialParameters);

/** The parameters of a pipeline as options of a diagnosis. */
export function adversarialOptions(parameters: Static<typeof schema>) {
  const { epsilon, steps, 'step-size': stepSize, seed, 'batch-size': batchSize } = parameters;
  const attack: PgdSettings = { epsilon, steps, stepSize };
  return { attack, seed, batchSize };
}
