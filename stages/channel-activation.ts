import { Type } from '@sinclair/typebox';
import { defineKind } from '../src/kind/kind.ts';
import { partFiles } from '../src/learn/data/parts.ts';
import {
  adversarialDefaults,
  adversarialOptions,
  adversarialParameters,
} from '../src/learn/diagnose/parameters.ts';
import { checkpoint } from '../src/learn/parameter-schemas.ts';

export default defineKind({
  description:
    'Compares, class by class, how clean and adversarial images activate the channels of each tapped block, after Bai et al. (2021): magnitude (mean of |A| over the image, then over images) and frequency (share of images on which a channel exceeds 1 % of the most active one). Values, ours: change-block-<b>, the relative l2 change of the vector of magnitudes, and frequency-change-block-<b>, the mean change of a frequency, both as means over classes.',
  parameters: Type.Object({
    ...adversarialParameters,
    checkpoint: checkpoint("Which of the model's checkpoints is measured."),
  }),
  derived: adversarialDefaults,
  inputs: {
    data: { type: 'dataset', description: 'the data set; its test part is used', reads: partFiles('test') },
    model: { type: 'model', description: 'the model' },
  },
  output: 'results',
  usesEngine: true,
  async run(context) {
    const { channelCell } = await import('../src/cells/channel-activation.ts');
    const { parameters } = context;
    await channelCell(context, {
      ...adversarialOptions(parameters),
      checkpoint: parameters.checkpoint,
    });
  },
});
