import { Type } from '@sinclair/typebox';
import { weight } from '../../parameter-schemas.ts';
import { blockParameters, namedBlocks } from '../block-parameters.ts';
import { declareTransfer } from '../declare.ts';
import { softLabelParameters } from '../soft-label-parameters.ts';

export const attentionMethod = declareTransfer({
  description:
    'Attention maps on clean images: attention transfer (Zagoruyko and Komodakis 2017). Defaults: the code of the authors.',
  parameters: Type.Object({
    'attention-weight': weight(1000, 'Weight of the sum over blocks; 0 leaves it out.'),
    ...softLabelParameters({ temperature: 4, reduction: 'batchmean', kdWeight: 0, labelWeight: 1 }),
    ...blockParameters('all but the first'),
  }),
  async build(teacher, { kdWeight, blocks, ...settings }) {
    const { attention } = await import('../attention.ts');
    return attention(teacher, { ...settings, weight: kdWeight, blocks: namedBlocks(blocks) });
  },
});
