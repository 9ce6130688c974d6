import { Type } from '@sinclair/typebox';
import { defineKind } from '../src/kind/kind.ts';
import { partFiles } from '../src/learn/data/parts.ts';
import { attackChoices, attackParameters } from '../src/learn/train/attack-parameters.ts';
import { oneOf, trainingMeasures, trainingParameters } from '../src/learn/train/parameters.ts';

const weight = (value: number, description: string) =>
  Type.Number({ minimum: 0, default: value, description });

const optionalWeight = (description: string) => Type.Optional(Type.Number({ minimum: 0, description }));

const block = Type.Integer({ minimum: 1 });

export default defineKind({
  description:
    'Trains a student with a frozen teacher: by soft labels, attention maps, input gradients or channel maps, on clean, mixed or adversarial images.',
  parameters: Type.Object({
    method: oneOf(['kd', 'ard', 'rslad', 'attention', 'igam', 'mixacm'], {
      default: 'mixacm',
      description:
        'kd: soft labels on clean images (Hinton et al. 2015); ard: on adversarial ones (Goldblum et al. 2020); rslad: on both, without labels (Zi et al. 2021); attention: attention maps (Zagoruyko and Komodakis 2017); igam: input gradients (Chan et al. 2020); mixacm: channel maps and soft labels on mixed images (Awais et al. 2021).',
    }),
    ...trainingParameters,
    'teacher-checkpoint': oneOf(['last', 'best'], {
      default: 'last',
      description: "Which of the teacher's checkpoints teaches.",
    }),
    temperature: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        description:
          'τ of the soft labels; their loss is τ² · KL(teacher ‖ student). Without it 1, for ard 30, for attention 4. rslad has none.',
      }),
    ),
    reduction: Type.Optional(
      oneOf(['batchmean', 'mean'], {
        description:
          'KL over the batch: mean of the sums over classes, or mean over both. Without it batchmean, for ard and rslad mean.',
      }),
    ),
    'kd-weight': optionalWeight(
      'Weight of the soft labels, for ard and rslad those on adversarial images; 0 leaves them out. Without it 1, for rslad 5/6, for attention 0.',
    ),
    'label-weight': optionalWeight(
      'Weight of the cross entropy on the labels, for mixacm on the mixed ones; 0 leaves it out. Without it 1, for ard 0. rslad has none.',
    ),
    'clean-weight': optionalWeight('For rslad: weight of the soft labels on clean images. Without it 1/6.'),
    'attention-weight': weight(1000, 'For attention: weight of the sum over blocks.'),
    'gradient-weight': weight(
      10,
      'For igam: weight of the mean squared l2 distance of input gradients, for pixels of 0 … 255.',
    ),
    'discriminator-weight': weight(
      2,
      'For igam: weight of the cross entropy of a discriminator of input gradients, which the student raises; 0 leaves it out.',
    ),
    'discriminator-every': Type.Integer({
      minimum: 1,
      default: 5,
      description: 'For igam: the discriminator learns in one of so many steps.',
    }),
    'match-after': Type.Number({
      minimum: 0,
      maximum: 1,
      default: 7 / 8,
      description:
        'For igam: part of the training, by plain cross entropy, before input gradients are matched.',
    }),
    'input-noise': Type.Number({
      minimum: 0,
      maximum: 1,
      default: 8 / 255,
      description: 'For igam: uniform noise of at most so much on the images, for pixels in [0, 1].',
    }),
    'acm-weight': weight(
      10,
      'For mixacm: weight of the channel map losses; 0 leaves them out. The paper’s value is not known: ours.',
    ),
    alpha: weight(1, 'For mixacm: mixup’s λ ~ Beta(alpha, alpha), one a batch; 0 for no mixup. Ours.'),
    power: Type.Unsafe<1 | 2>({
      type: 'integer',
      enum: [1, 2],
      default: 2,
      description: 'For mixacm: a channel’s activation is the mean over the image of |A|^power. Ours.',
    }),
    'normalise-maps': Type.Boolean({
      default: true,
      description: 'For mixacm: divide each vector of channel activations by its l2 norm. Ours.',
    }),
    distance: oneOf(['l2', 'squared-l2', 'mean-squared'], {
      default: 'l2',
      description: 'For mixacm: distance of the two vectors. Ours.',
    }),
    blocks: Type.Array(Type.Union([block, Type.Tuple([block, block])]), {
      default: [],
      description:
        "For mixacm and attention: which blocks are compared, 1 being the output of the first layer; a pair is the student's and the teacher's. None named means all, for attention all but the first.",
    }),
    'tap-before-relu': Type.Boolean({
      default: false,
      description:
        'For mixacm and attention: take activations before the last ReLU of each block instead of after it. Ours.',
    }),
    transformation: oneOf(['where-needed', 'always'], {
      default: 'where-needed',
      description:
        'For mixacm: a learned linear map of the student’s vector, where the numbers of channels differ or always. Ours.',
    }),
    ...attackParameters({
      epsilon: '8/255',
      stepSize: '2/255',
      steps: '10',
      batchNorm: 'train for ard, eval for rslad',
    }),
  }),
  inputs: {
    data: {
      type: 'dataset',
      description: 'the data set; its training part is used',
      reads: partFiles('train'),
    },
    teacher: { type: 'model', description: 'the teacher; it stays as it is' },
  },
  output: 'model',
  measures: trainingMeasures,
  usesEngine: true,
  async run(context) {
    const { trainCell } = await import('../src/learn/train/train-cell.ts');
    const { transferMethod } = await import('../src/learn/transfer/methods.ts');
    const { teacher } = context.inputs;
    if (!teacher) throw new Error('The planner gave no teacher');
    const { parameters } = context;
    const tapBeforeRelu = parameters['tap-before-relu'];
    const source = {
      method: parameters.method,
      teacherCheckpoint: parameters['teacher-checkpoint'],
      tapBeforeRelu,
    };
    const method = await transferMethod(teacher.file, source, {
      ...attackChoices(parameters),
      temperature: parameters.temperature,
      reduction: parameters.reduction,
      weight: parameters['kd-weight'],
      kdWeight: parameters['kd-weight'],
      labelWeight: parameters['label-weight'],
      cleanWeight: parameters['clean-weight'],
      attentionWeight: parameters['attention-weight'],
      gradientWeight: parameters['gradient-weight'],
      discriminatorWeight: parameters['discriminator-weight'],
      discriminatorEvery: parameters['discriminator-every'],
      matchAfter: parameters['match-after'],
      inputNoise: parameters['input-noise'],
      acmWeight: parameters['acm-weight'],
      alpha: parameters.alpha,
      power: parameters.power,
      normalise: parameters['normalise-maps'],
      distance: parameters.distance,
      blocks: parameters.blocks.length > 0 ? parameters.blocks : undefined,
      transformation: parameters.transformation,
    });
    await trainCell(context, method, { tapBeforeRelu });
  },
});
