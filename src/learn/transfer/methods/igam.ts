import { Type } from '@sinclair/typebox';
import { count, pixelLength, weight } from '../../parameter-schemas.ts';
import { declareTransfer } from '../declare.ts';

export const igamMethod = declareTransfer({
  description:
    'Input gradients on clean images: IGAM (Chan et al. 2020). Defaults: the code of the authors from CIFAR-10 to CIFAR-100, which matches gradients in the last 40,000 of 320,000 steps.',
  parameters: Type.Object({
    'gradient-weight': weight(
      10,
      'Weight of the mean squared l2 distance of input gradients, for pixels of 0 … 255.',
    ),
    'discriminator-weight': weight(
      2,
      'Weight of the cross entropy of a discriminator of input gradients, which the student raises; 0 leaves it out.',
    ),
    'discriminator-every': count({
      default: 5,
      description: 'The discriminator learns in one of so many steps.',
    }),
    'match-after': Type.Number({
      minimum: 0,
      maximum: 1,
      default: 7 / 8,
      description: 'Part of the training, by plain cross entropy, before input gradients are matched.',
    }),
    'input-noise': pixelLength({
      default: 8 / 255,
      description: 'Uniform noise of at most so much on the images, for pixels in [0, 1].',
    }),
  }),
  build: async (teacher, settings) => (await import('../igam.ts')).igam(teacher, settings),
});
