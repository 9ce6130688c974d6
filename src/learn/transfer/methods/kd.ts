import { Type } from '@sinclair/typebox';
import { declareTransfer } from '../declare.ts';
import { softLabelParameters } from '../soft-label-parameters.ts';

export const kdMethod = declareTransfer({
  description:
    'Soft labels on clean images: knowledge distillation (Hinton et al. 2015). Defaults: ours, those of the soft labels of mixacm.',
  parameters: Type.Object(
    softLabelParameters({ temperature: 1, reduction: 'batchmean', kdWeight: 1, labelWeight: 1 }),
  ),
  async build(teacher, { kdWeight, ...settings }) {
    const { kd } = await import('../kd.ts');
    return kd(teacher, { ...settings, weight: kdWeight });
  },
});
