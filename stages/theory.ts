import { Type } from '@sinclair/typebox';
import { defineKind } from '../src/kind/kind.ts';
import { evaluatedFiles, evaluatedPart, partParameter } from '../src/learn/data/evaluated-part.ts';
import { heldOutProblems } from '../src/learn/data/held-out.ts';
import {
  adversarialDefaults,
  adversarialOptions,
  adversarialParameters,
} from '../src/learn/diagnose/parameters.ts';
import { checkpoint, oneOf } from '../src/learn/parameter-schemas.ts';

export default defineKind({
  description:
    "Measures both sides of the bound on the adversarial loss of a student (Awais et al. 2021): its natural loss plus its distance to a robust teacher on mixed images. The form of the bound is our interpretation: slack = natural loss + distance-mix − adversarial loss, without constants. slack-with-teacher adds the teacher's own loss under attack.",
  parameters: Type.Object({
    ...partParameter,
    ...adversarialParameters,
    distance: oneOf(['kl', 'l2'], {
      default: 'kl',
      description:
        'Distance of the outputs, as the mean over examples: KL(teacher ‖ student), or the Euclidean distance of the softmax outputs. Ours.',
    }),
    alpha: Type.Number({
      minimum: 0,
      default: 1,
      description: 'Mixup with λ ~ Beta(alpha, alpha), drawn for each example; 0: no mixing. Ours.',
    }),
    checkpoint: checkpoint('Checkpoint of the student that is measured.'),
    'teacher-checkpoint': checkpoint('Checkpoint of the teacher that is used.'),
  }),
  derived: adversarialDefaults,
  problems: (parameters, needs) => heldOutProblems(parameters, needs, ['student', 'teacher']),
  inputs: {
    data: {
      type: 'dataset',
      description: 'the data set; its images are used',
      reads: evaluatedFiles,
    },
    student: { type: 'model', description: 'the student' },
    teacher: { type: 'model', description: 'the teacher' },
  },
  output: 'results',
  values: {
    'student-natural-loss': {
      part: evaluatedPart,
      description: 'Cross entropy of the student on clean images.',
    },
    'student-adversarial-loss': {
      part: evaluatedPart,
      description: 'Cross entropy of the student on images that attack the student.',
    },
    'teacher-natural-loss': {
      part: evaluatedPart,
      description: 'Cross entropy of the teacher on clean images.',
    },
    'teacher-adversarial-loss': {
      part: evaluatedPart,
      description: 'Cross entropy of the teacher on images that attack the teacher.',
    },
    'distance-clean': {
      part: evaluatedPart,
      description: 'Distance between the outputs of student and teacher on clean images.',
    },
    'distance-mix': { part: evaluatedPart, description: 'The same distance on mixed images.' },
    'distance-adversarial': {
      part: evaluatedPart,
      description: 'The same distance on images that attack the student.',
    },
    slack: {
      part: evaluatedPart,
      description: '`student-natural-loss` + `distance-mix` − `student-adversarial-loss`.',
    },
    'slack-with-teacher': {
      part: evaluatedPart,
      description: '`slack` + `teacher-adversarial-loss` − `teacher-natural-loss`.',
    },
  },
  usesEngine: true,
  async run(context) {
    const { theoryCell } = await import('../src/cells/theory.ts');
    const { parameters } = context;
    await theoryCell(context, {
      ...adversarialOptions(parameters),
      part: parameters.part,
      distance: parameters.distance,
      alpha: parameters.alpha,
      checkpoint: parameters.checkpoint,
      teacherCheckpoint: parameters['teacher-checkpoint'],
    });
  },
});
