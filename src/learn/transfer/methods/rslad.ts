import { Type } from '@sinclair/typebox';
import { weight } from '../../parameter-schemas.ts';
import { attackParameters } from '../../train/attack-parameters.ts';
import { declareTransfer } from '../declare.ts';
import { reductionParameter } from '../soft-label-parameters.ts';

export const rsladMethod = declareTransfer({
  description:
    "RSLAD (Zi et al. 2021): soft labels on clean and adversarial images, without the true labels. Defaults: the authors' code.",
  parameters: Type.Object({
    reduction: reductionParameter('mean'),
    'kd-weight': weight(5 / 6, 'Weight of the loss on adversarial images.'),
    'clean-weight': weight(1 / 6, 'Weight of the loss on clean images.'),
    ...attackParameters({ epsilon: 8 / 255, stepSize: 2 / 255, steps: 10, batchNorm: 'eval' }),
  }),
  build: async (teacher, settings) => (await import('../rslad.ts')).rslad(teacher, settings),
});
