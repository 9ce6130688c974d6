import type { ValueDeclarations } from '../../kind/values.ts';

// Loaded by every plan: import nothing heavy here, except types.

/** Values of all trainings. */
export const loopValues = {
  epochs: { part: 'none', description: 'Number of epochs.' },
  'train-loss': {
    part: 'train',
    description: 'Mean loss on the training batches of the last epoch.',
  },
  'train-accuracy': {
    part: 'train',
    description:
      'Accuracy on the training batches of the last epoch, as the method prepared them (for example mixed or attacked).',
  },
  'gradient-passes': {
    part: 'none',
    description:
      'Number of gradient computations through the trained network in one epoch, mean over epochs. Left out if the engine cannot count.',
  },
  'epoch-flops': {
    part: 'none',
    description:
      'FLOPs of one epoch, with those of attacks and of a teacher, mean over epochs. Left out if the engine cannot count.',
  },
} as const satisfies ValueDeclarations;

/** Values of trainings that use the validation part of the data set, if there is one. */
export const trainingValues = {
  ...loopValues,
  'best-epoch': {
    part: 'validation',
    description: 'Epoch with the best accuracy on the validation part. Only if there is one.',
  },
  'validation-accuracy': {
    part: 'validation',
    description:
      'Accuracy on the validation part at `best-epoch` (under attack for robust methods). Only if there is a validation part.',
  },
  'last-validation-accuracy': {
    part: 'validation',
    description:
      'Accuracy on the validation part after the last epoch (under attack for robust methods). Only if there is a validation part.',
  },
  'last-validation-loss': {
    part: 'validation',
    description:
      'Cross entropy on the validation part after the last epoch (under attack for robust methods). Only if there is a validation part.',
  },
} as const satisfies ValueDeclarations;
