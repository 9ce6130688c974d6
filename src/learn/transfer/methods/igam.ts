import { Type } from '@sinclair/typebox';
import { count, pixelLength, weight } from '../../parameter-schemas.ts';
import { declareTransfer } from '../declare.ts';

export const igamMethod = declareTransfer({
  description:
    "IGAM (Chan et al. 2020): matches the input gradients of student and teacher on clean images. Defaults: the authors' code for CIFAR-10 to CIFAR-100, which matches gradients in the last 40,000 of 320,000 steps.",
  parameters: Type.Object({
    'gradient-weight': weight(
      10,
      'Weight of the mean squared l2 distance of the input gradients, for pixels in [0, 255].',
    ),
    'discriminator-weight': weight(
      2,
      'Weight of a discriminator that tells the input gradients of student and teacher apart; the student maximises its cross entropy. 0: no discriminator.',
    ),
    'discriminator-every': count({
      default: 5,
      description: 'The discriminator is updated once in this many steps.',
    }),
    'match-after': Type.Number({
      minimum: 0,
      maximum: 1,
      default: 7 / 8,
      description:
        'Fraction of the training that uses plain cross entropy, before input gradients are matched.',
    }),
    'input-noise': pixelLength({
      default: 8 / 255,
      description: 'Maximum of the uniform noise that is added to the images, for pixels in [0, 1].',
    }),
  }),
  build: async (teacher, settings) => (await import('../igam.ts')).igam(teacher, settings),
});
