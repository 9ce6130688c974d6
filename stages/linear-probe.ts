import { Type } from '@sinclair/typebox';
import { defineKind } from '../src/kind/kind.ts';
import { partFiles } from '../src/learn/data/parts.ts';
import { checkpoint } from '../src/learn/parameter-schemas.ts';
import { loopOptions, loopParameters, trainingMeasures } from '../src/learn/train/parameters.ts';

export default defineKind({
  description:
    'Gives a trained model a new last layer (head) for the classes of another data set, trained by cross entropy on the features of its frozen body: linear probing.',
  parameters: Type.Object({
    ...loopParameters,
    checkpoint: checkpoint("Which of the model's checkpoints the body is taken of."),
  }),
  inputs: {
    data: {
      type: 'dataset',
      description: 'the other data set; its training part is used',
      reads: partFiles('train'),
    },
    model: { type: 'model', description: 'the model; its body and its normalisation stay as they are' },
  },
  output: 'model',
  measures: trainingMeasures,
  usesEngine: true,
  async run(context) {
    const { linearProbeCell } = await import('../src/cells/linear-probe.ts');
    const { parameters } = context;
    await linearProbeCell(context, parameters.checkpoint, loopOptions(parameters));
  },
});
