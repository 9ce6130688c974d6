import { type Static, Type } from '@sinclair/typebox';
import type { Augment } from '../data/augment.ts';
import type { Schedule } from '../optimise/schedule.ts';
import type { SgdSettings } from '../optimise/sgd.ts';
import { count, oneOf, seed } from '../parameter-schemas.ts';

// Loaded by every plan: import nothing heavy here.

/** The network architecture. */
export const netParameter = {
  net: Type.String({
    description:
      'Network architecture: resnet-8-w8 (any resnet-<6n+2>-w<width>), resnet-18, resnet-34, resnet-50, resnet-50-imagenet (also 18 and 34), preact-resnet-18, wrn-16-4 (any wrn-<6n+4>-<k>), mobilenet-v2.',
  }),
};

/**
 * Measurements of a training. Only the steps count, without validation. It is the mean over the epochs of the
 * attempt; the first one is left out if there are others, because it includes compiling.
 */
export const trainingMeasures = ['seconds-per-epoch'];

/** Parameters of the training loop: seed, epochs, optimiser, schedule, augmentation. */
export const loopParameters = {
  seed: seed('Seed of the initial weights, the order of the images and all other random numbers.'),
  epochs: count({ description: 'Number of passes over the training set.' }),
  'batch-size': Type.Integer({
    minimum: 1,
    default: 128,
    description: 'Number of images in a step. The last batch of an epoch is skipped if it is incomplete.',
  }),
  lr: Type.Number({
    exclusiveMinimum: 0,
    default: 0.1,
    description: 'Maximum learning rate of the schedule.',
  }),
  schedule: oneOf(['constant', 'piecewise', 'cosine', 'cyclic', 'one-cycle'], {
    default: 'piecewise',
    description: "How the learning rate changes during training; one-cycle is PyTorch's OneCycleLR.",
  }),
  milestones: Type.Array(Type.Number({ minimum: 0 }), {
    default: [0.5, 0.75],
    description:
      'For piecewise: when the learning rate drops, as epochs (1 and above) or as fractions of the training (below 1).',
  }),
  factor: Type.Number({
    exclusiveMinimum: 0,
    default: 0.1,
    description: 'For piecewise: factor by which the learning rate is multiplied at each milestone.',
  }),
  momentum: Type.Number({ minimum: 0, exclusiveMaximum: 1, default: 0.9, description: 'Momentum of SGD.' }),
  'weight-decay': Type.Number({
    minimum: 0,
    default: 5e-4,
    description: 'Weight decay of SGD, added to the gradient as in PyTorch.',
  }),
  decay: oneOf(['all', 'kernels'], {
    default: 'all',
    description:
      'What weight decay applies to: all parameters, as in PyTorch, or only convolution filters and dense weights.',
  }),
  crop: Type.Integer({
    minimum: 0,
    default: 0,
    description:
      'Augmentation: number of zeros to pad on each side before a random crop to the original size. Usual for CIFAR: 4.',
  }),
  flip: Type.Boolean({ default: false, description: 'Augmentation: flip half of the images horizontally.' }),
};

/** Parameters of all trainings of a whole network. */
export const trainingParameters = {
  ...netParameter,
  ...loopParameters,
  'stop-after': Type.Optional(
    Type.Integer({
      minimum: 1,
      description:
        'Train only the first epochs, as a part of the training of `epochs` epochs: the learning rates are those of the full training. Another cell that differs only in this parameter continues from here; its result is the same as from the start. Default: all epochs.',
    }),
  ),
  normalise: oneOf(['none', 'data'], {
    default: 'none',
    description:
      'data: the first layer of the model subtracts the mean of each channel of the training images and divides by its standard deviation. A channel with a standard deviation below 1/255 (one level of 8 bits) is not scaled, and the cell prints a warning. Epsilon is for pixels in [0, 1] in any case.',
  }),
};

/** How trainings of a whole network stop early. */
export const trainingContinues = { stop: 'stop-after', of: 'epochs' };

const loopSchema = Type.Object(loopParameters);
type LoopParameters = Static<typeof loopSchema>;
const trainingSchema = Type.Object(trainingParameters);
export type TrainingParameters = Static<typeof trainingSchema>;

/** Converts the parameters of a pipeline to options of `train`. */
export function loopOptions(parameters: LoopParameters) {
  const { seed, epochs, crop, flip, momentum, decay } = parameters;
  const augment: Augment | undefined = crop > 0 || flip ? { pad: crop, flip } : undefined;
  const weightDecay = parameters['weight-decay'];
  const optimiser: SgdSettings = { momentum, weightDecay, decay, nesterov: false };
  const schedule = scheduleOf(parameters);
  return { seed, epochs, batchSize: parameters['batch-size'], optimiser, schedule, augment };
}

function scheduleOf({ schedule, lr, milestones, factor, epochs }: LoopParameters): Schedule {
  switch (schedule) {
    case 'piecewise':
      return {
        kind: 'piecewise',
        rate: lr,
        factor,
        milestones: milestones.map((when) => (when < 1 ? Math.round(when * epochs) : when)),
      };
    case 'cyclic':
      return { kind: 'cyclic', rate: lr, peak: 0.5 };
    default:
      return { kind: schedule, rate: lr };
  }
}
