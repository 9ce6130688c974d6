import { Type } from '@sinclair/typebox';
import { declareTransfer } from '../declare.ts';
import { softLabelParameters } from '../soft-label-parameters.ts';

export const kdMethod = declareTransfer({
  description:
    'Knowledge distillation (Hinton et al. 2015): soft labels on clean images. Defaults: ours, the same as for the soft labels of mixacm.',
  parameters: Type.Object(
    softLabelParameters({ temperature: 1, reduction: 'batchmean', kdWeight: 1, labelWeight: 1 }),
  ),
  build: async (teacher, settings) => (await import('../kd.ts')).kd(teacher, settings),
});
