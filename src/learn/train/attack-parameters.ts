import { Type } from '@sinclair/typebox';
import type { Mode } from '../model/model.ts';
import { count, oneOf, pixelLength } from '../parameter-schemas.ts';

// Loaded by every plan: import nothing heavy here, except types.

interface Defaults {
  readonly epsilon: number;
  readonly stepSize: number;
  readonly steps: number;
  readonly batchNorm: Mode;
}

export function epsilonParameter(value: number) {
  return pixelLength({ default: value, description: 'Radius of the l∞ ball, for pixels in [0, 1].' });
}

export const randomStart = Type.Boolean({
  default: true,
  description:
    'Start the attack at a random point near the clean image, instead of at the clean image. The method defines the distribution.',
});

export function batchNormParameter(value: Mode) {
  return oneOf(['eval', 'train'], {
    default: value,
    description: 'Mode of batch norm during the attack.',
  });
}

/** Parameters of the PGD attack in a training method, with the method's defaults. */
export function attackParameters({ epsilon, stepSize, steps, batchNorm }: Defaults) {
  return {
    epsilon: epsilonParameter(epsilon),
    'step-size': pixelLength({
      default: stepSize,
      description: 'Step size of the attack, for pixels in [0, 1].',
    }),
    steps: count({ default: steps, description: 'Number of steps of the attack.' }),
    'random-start': randomStart,
    'batch-norm': batchNormParameter(batchNorm),
  };
}
