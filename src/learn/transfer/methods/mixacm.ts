import { Type } from '@sinclair/typebox';
import { oneOf, weight } from '../../parameter-schemas.ts';
import { blockParameters } from '../block-parameters.ts';
import { declareTransfer } from '../declare.ts';
import { softLabelParameters } from '../soft-label-parameters.ts';

export const mixAcmMethod = declareTransfer({
  description:
    'MixACM (Awais et al. 2021): channel maps and soft labels on mixed images. Defaults: ours, because we do not know the values of the paper.',
  parameters: Type.Object({
    'acm-weight': weight(10, 'Weight of the channel map loss; 0: none. Ours.'),
    alpha: weight(1, 'Mixup with λ ~ Beta(alpha, alpha), drawn for each batch; 0: no mixup. Ours.'),
    ...softLabelParameters({ temperature: 1, reduction: 'batchmean', kdWeight: 1, labelWeight: 1 }),
    power: Type.Unsafe<1 | 2>({
      type: 'integer',
      enum: [1, 2],
      default: 2,
      description: 'The activation of a channel is the mean of |A|^power over the image. Ours.',
    }),
    'normalise-maps': Type.Boolean({
      default: true,
      description: 'Divide each vector of channel activations by its l2 norm. Ours.',
    }),
    distance: oneOf(['l2', 'squared-l2', 'mean-squared'], {
      default: 'l2',
      description: 'Distance between the vectors of student and teacher. Ours.',
    }),
    transformation: oneOf(['where-needed', 'always'], {
      default: 'where-needed',
      description:
        "When to apply a learned linear map to the student's vector: only where student and teacher have different numbers of channels, or always. Ours.",
    }),
    ...blockParameters('all'),
  }),
  build: async (teacher, settings) => (await import('../mixacm.ts')).mixacm(teacher, settings),
});
