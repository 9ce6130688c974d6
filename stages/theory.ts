import { Type } from '@sinclair/typebox';
import { defineKind } from '../src/kind/kind.ts';
import { partFiles } from '../src/learn/data/parts.ts';
import {
  adversarialDefaults,
  adversarialOptions,
  adversarialParameters,
} from '../src/learn/diagnose/parameters.ts';
import { checkpoint, oneOf } from '../src/learn/parameter-schemas.ts';

export default defineKind({
  description:
    'Measures what bounds the adversarial loss of a student (Awais et al. 2021): its natural loss and its distance to a robust teacher on mixed images. The form of the bound is our reading: slack = natural loss + distance-mix − adversarial loss, without constants; slack-with-teacher adds what the teacher itself loses under attack.',
  parameters: Type.Object({
    ...adversarialParameters,
    distance: oneOf(['kl', 'l2'], {
      default: 'kl',
      description:
        'Distance of the outputs, as mean over examples: KL(teacher ‖ student), or Euclidean distance of the softmax outputs. Ours.',
    }),
    alpha: Type.Number({
      minimum: 0,
      default: 1,
      description: 'Of mixup: λ ~ Beta(alpha, alpha), one an example; 0: no mixing. Ours.',
    }),
    checkpoint: checkpoint("Which of the student's checkpoints is measured."),
    'teacher-checkpoint': checkpoint("Which of the teacher's checkpoints is measured."),
  }),
  derived: adversarialDefaults,
  inputs: {
    data: { type: 'dataset', description: 'the data set; its test part is used', reads: partFiles('test') },
    student: { type: 'model', description: 'the student' },
    teacher: { type: 'model', description: 'the teacher' },
  },
  output: 'results',
  usesEngine: true,
  async run(context) {
    const { theoryCell } = await import('../src/cells/theory.ts');
    const { parameters } = context;
    await theoryCell(context, {
      ...adversarialOptions(parameters),
      distance: parameters.distance,
      alpha: parameters.alpha,
      checkpoint: parameters.checkpoint,
      teacherCheckpoint: parameters['teacher-checkpoint'],
    });
  },
});
