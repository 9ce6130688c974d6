import type { Tensor4D } from '@tensorflow/tfjs';
import { rank4 } from '../model/rank.ts';
import type { LossInputs } from './method.ts';

/** The adversarial images that a method made of its batch, in `extras`. */
export function adversarialImages({ extras }: LossInputs): Tensor4D {
  if (!extras.adversarial) throw new Error('The batch came without its adversarial images');
  return rank4(extras.adversarial);
}
