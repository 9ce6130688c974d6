import { Type } from '@sinclair/typebox';
import { defineKind } from '../src/kind/kind.ts';
import { partFiles } from '../src/kind/parts.ts';
import { checkpoint } from '../src/learn/parameter-schemas.ts';
import { loopOptions, loopParameters, trainingMeasures } from '../src/learn/train/parameters.ts';
import { loopValues } from '../src/learn/train/values.ts';

export default defineKind({
  description:
    'Linear probing: replaces the last layer (head) of a trained model by a new one for the classes of another data set, and trains it with cross entropy on the features of the frozen body.',
  parameters: Type.Object({
    ...loopParameters,
    checkpoint: checkpoint('Checkpoint of the model whose body is used.'),
  }),
  inputs: {
    data: {
      type: 'dataset',
      description: 'the other data set; its training images are used',
      reads: partFiles('train'),
    },
    model: { type: 'model', description: 'the model; its body and its normalisation do not change' },
  },
  output: 'model',
  values: loopValues,
  measures: trainingMeasures,
  usesEngine: true,
  async run(context) {
    const { linearProbeCell } = await import('../src/cells/linear-probe.ts');
    const { parameters } = context;
    await linearProbeCell(context, parameters.checkpoint, loopOptions(parameters));
  },
});
