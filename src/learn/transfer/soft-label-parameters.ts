import { Type } from '@sinclair/typebox';
import type { Reduction } from '../loss/kl.ts';
import { oneOf, weight } from '../parameter-schemas.ts';

// Loaded by every plan: import nothing heavy here, except types.

interface Defaults {
  readonly temperature: number;
  readonly reduction: Reduction;
  readonly kdWeight: number;
  readonly labelWeight: number;
}

export function reductionParameter(value: Reduction) {
  return oneOf(['batchmean', 'mean'], {
    default: value,
    description:
      'How the divergence is reduced: batchmean sums over classes and averages over examples; mean averages over both.',
  });
}

/** Parameters of soft labels and true labels, with the method's defaults. */
export function softLabelParameters({ temperature, reduction, kdWeight, labelWeight }: Defaults) {
  return {
    temperature: Type.Number({
      minimum: 1e-3,
      maximum: 1e6, // beyond, τ² · KL leaves the range of float32
      default: temperature,
      description: 'Temperature τ of the soft labels. Their loss is τ² · KL(teacher ‖ student).',
    }),
    reduction: reductionParameter(reduction),
    'kd-weight': weight(kdWeight, 'Weight of the loss on soft labels; 0: none.'),
    'label-weight': weight(labelWeight, 'Weight of the cross entropy on the true labels; 0: none.'),
  };
}
