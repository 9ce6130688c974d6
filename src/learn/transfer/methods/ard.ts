import { Type } from '@sinclair/typebox';
import { attackParameters } from '../../train/attack-parameters.ts';
import { declareTransfer } from '../declare.ts';
import { softLabelParameters } from '../soft-label-parameters.ts';

export const ardMethod = declareTransfer({
  description:
    "Adversarially robust distillation (ARD, Goldblum et al. 2020): soft labels on adversarial images. Defaults: the authors' code.",
  parameters: Type.Object({
    ...softLabelParameters({ temperature: 30, reduction: 'mean', kdWeight: 1, labelWeight: 0 }),
    ...attackParameters({ epsilon: 8 / 255, stepSize: 2 / 255, steps: 10, batchNorm: 'train' }),
  }),
  build: async (teacher, settings) => (await import('../ard.ts')).ard(teacher, settings),
});
