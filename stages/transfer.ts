import { Type } from '@sinclair/typebox';
import { defineKind } from '../src/kind/kind.ts';
import { partFiles } from '../src/kind/parts.ts';
import { checkpoint } from '../src/learn/parameter-schemas.ts';
import { trainingContinues, trainingMeasures, trainingParameters } from '../src/learn/train/parameters.ts';
import { trainingValues } from '../src/learn/train/values.ts';
import { transferMethod, transferMethods } from '../src/learn/transfer/methods.ts';

export default defineKind({
  description:
    'Trains a student with a frozen teacher, using soft labels, attention maps, input gradients or channel maps, on clean, mixed or adversarial images.',
  parameters: Type.Object({
    ...trainingParameters,
    'teacher-checkpoint': checkpoint('Checkpoint of the teacher that is used.'),
  }),
  variants: {
    by: 'method',
    description: 'How the student learns from the teacher.',
    default: 'mixacm',
    of: transferMethods,
  },
  inputs: {
    data: {
      type: 'dataset',
      description:
        'the data set; the training images are used for training and the validation images, if there are any, for choosing the best epoch',
      reads: partFiles('train', 'validation'),
    },
    teacher: { type: 'model', description: 'the teacher; its weights do not change' },
  },
  output: 'model',
  values: trainingValues,
  measures: trainingMeasures,
  continues: trainingContinues,
  usesEngine: true,
  async run(context) {
    const { trainCell } = await import('../src/cells/train.ts');
    const { readModel } = await import('../src/learn/model/artifact.ts');
    const { parameters, inputs } = context;
    if (!inputs.teacher) throw new Error('The planner gave no teacher');
    const tapBeforeRelu = 'tap-before-relu' in parameters && parameters['tap-before-relu'];
    const teacher = await readModel(inputs.teacher.file, parameters['teacher-checkpoint'], { tapBeforeRelu });
    await trainCell(context, await transferMethod(teacher, parameters), { tapBeforeRelu });
  },
});
