import { Type } from '@sinclair/typebox';
import { oneOf, weight } from '../../parameter-schemas.ts';
import { blockParameters, namedBlocks } from '../block-parameters.ts';
import { declareTransfer } from '../declare.ts';
import { softLabelParameters } from '../soft-label-parameters.ts';

export const mixAcmMethod = declareTransfer({
  description:
    'Channel maps and soft labels on mixed images: MixACM (Awais et al. 2021). Defaults: ours; the values of the paper are not known.',
  parameters: Type.Object({
    'acm-weight': weight(10, 'Weight of the channel map losses; 0 leaves them out. Ours.'),
    alpha: weight(1, 'Of mixup: λ ~ Beta(alpha, alpha), one a batch; 0 for no mixup. Ours.'),
    ...softLabelParameters({ temperature: 1, reduction: 'batchmean', kdWeight: 1, labelWeight: 1 }),
    power: Type.Unsafe<1 | 2>({
      type: 'integer',
      enum: [1, 2],
      default: 2,
      description: "A channel's activation is the mean over the image of |A|^power. Ours.",
    }),
    'normalise-maps': Type.Boolean({
      default: true,
      description: 'Divide each vector of channel activations by its l2 norm. Ours.',
    }),
    distance: oneOf(['l2', 'squared-l2', 'mean-squared'], {
      default: 'l2',
      description: 'Distance of the two vectors. Ours.',
    }),
    transformation: oneOf(['where-needed', 'always'], {
      default: 'where-needed',
      description:
        "A learned linear map of the student's vector, where the numbers of channels differ or always. Ours.",
    }),
    ...blockParameters('all'),
  }),
  async build(teacher, { normaliseMaps, blocks, ...settings }) {
    const { mixacm } = await import('../mixacm.ts');
    return mixacm(teacher, { ...settings, normalise: normaliseMaps, blocks: namedBlocks(blocks) });
  },
});
