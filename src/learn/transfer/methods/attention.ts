import { Type } from '@sinclair/typebox';
import { weight } from '../../parameter-schemas.ts';
import { blockParameters } from '../block-parameters.ts';
import { declareTransfer } from '../declare.ts';
import { softLabelParameters } from '../soft-label-parameters.ts';

export const attentionMethod = declareTransfer({
  description:
    "Attention transfer (Zagoruyko and Komodakis 2017): attention maps on clean images. Defaults: the authors' code.",
  parameters: Type.Object({
    'attention-weight': weight(1000, 'Weight of the attention loss, summed over blocks; 0: none.'),
    ...softLabelParameters({ temperature: 4, reduction: 'batchmean', kdWeight: 0, labelWeight: 1 }),
    ...blockParameters('all but the first'),
  }),
  build: async (teacher, settings) => (await import('../attention.ts')).attention(teacher, settings),
});
