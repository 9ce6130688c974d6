import { Type } from '@sinclair/typebox';
import { defineKind } from '../src/kind/kind.ts';
import { evaluatedFiles, evaluatedPart, partParameter } from '../src/learn/data/evaluated-part.ts';
import { heldOutProblems } from '../src/learn/data/held-out.ts';
import {
  adversarialDefaults,
  adversarialOptions,
  adversarialParameters,
} from '../src/learn/diagnose/parameters.ts';
import { checkpoint } from '../src/learn/parameter-schemas.ts';

export default defineKind({
  description:
    'Compares how clean and adversarial images activate the channels of each block, after Bai et al. (2021). For each class and channel it measures the magnitude (mean of |A| over the image and over images) and the frequency (share of images on which the channel exceeds 1 % of the most active channel). The values are means over classes and our definitions: change-block-<b> is the relative l2 change of the vector of magnitudes under attack; frequency-change-block-<b> is the mean change of the frequencies.',
  parameters: Type.Object({
    ...partParameter,
    ...adversarialParameters,
    checkpoint: checkpoint('Checkpoint of the model that is measured.'),
  }),
  derived: adversarialDefaults,
  problems: (parameters, needs) => heldOutProblems(parameters, needs, ['model']),
  inputs: {
    data: {
      type: 'dataset',
      description: 'the data set; its images are used',
      reads: evaluatedFiles,
    },
    model: { type: 'model', description: 'the model' },
  },
  output: 'results',
  values: {
    'change-block-B': {
      part: evaluatedPart,
      description:
        'Relative change of the magnitudes of channels in block B under attack, mean over classes. Left out if no class has one.',
    },
    'frequency-change-block-B': {
      part: evaluatedPart,
      description: 'Change of the frequencies of channels in block B under attack, mean over classes.',
    },
  },
  usesEngine: true,
  async run(context) {
    const { channelCell } = await import('../src/cells/channel-activation.ts');
    const { parameters } = context;
    await channelCell(context, {
      ...adversarialOptions(parameters),
      part: parameters.part,
      checkpoint: parameters.checkpoint,
    });
  },
});
