import { Type } from '@sinclair/typebox';
import { defineKind } from '../src/kind/kind.ts';
import { locate } from '../src/learn/data/locate.ts';

const size = (what: string) =>
  Type.Number({
    minimum: 0,
    default: 0,
    description: `How many ${what} images to take, the classes in proportion: 0 for all, below 1 a fraction, above 1 a count.`,
  });

export default defineKind({
  description: 'A data set, whole or a stratified part of it, read from files or downloaded.',
  parameters: Type.Object({
    name: Type.Union(
      ['digits', 'cifar10', 'cifar100', 'fashion-mnist', 'mnist', 'synthetic'].map((name) =>
        Type.Literal(name),
      ),
      {
        description:
          'digits comes with retable; the others are read from --data-dir, or downloaded where a checksum is known; synthetic is made up, for tests.',
      },
    ),
    train: size('training'),
    test: size('test'),
    'per-class': Type.Integer({
      minimum: 0,
      default: 0,
      description: 'Instead of `train`: so many training images of each class; 0 for no such limit.',
    }),
    classes: Type.Array(Type.Union([Type.String(), Type.Integer({ minimum: 0 })]), {
      default: [],
      description:
        'Keep these classes alone, by name or by number from 0; labels follow the order given. None named means all.',
    }),
    seed: Type.Integer({
      minimum: 0,
      default: 0,
      description:
        'Seed of the choice of images. By one seed, a smaller choice of training images is part of a larger one.',
    }),
  }),
  inputs: {},
  output: 'dataset',
  sources: ({ name }, places) => (name === 'synthetic' ? [] : locate(name, places)),
  async run({ parameters, places, scratch, output, progress, values }) {
    const { prepareDataset } = await import('../src/learn/data/prepare.ts');
    const onProgress = (file: string, done: number, total: number | undefined) =>
      progress({ phase: `download ${file}`, done, unit: 'byte', ...(total === undefined ? {} : { total }) });
    values(
      await prepareDataset({ ...parameters, perClass: parameters['per-class'] }, places, {
        workspace: scratch,
        output,
        onProgress,
      }),
    );
  },
});
