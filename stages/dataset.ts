import { Type } from '@sinclair/typebox';
import { defineKind } from '../src/kind/kind.ts';
import { locateImages } from '../src/learn/data/image-folder.ts';
import { locate } from '../src/learn/data/locate.ts';
import { datasetProblems } from '../src/learn/data/problems.ts';
import { seed } from '../src/learn/parameter-schemas.ts';

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
      ['digits', 'cifar10', 'cifar100', 'fashion-mnist', 'mnist', 'image-folder', 'synthetic'].map((name) =>
        Type.Literal(name),
      ),
      {
        description:
          'digits comes with retable; the others are read from --data-dir if that is given, else downloaded where a checksum is known; image-folder is any folder under --data-dir with a folder of images for each class, such as ImageNet; synthetic is made up, for tests.',
      },
    ),
    train: size('training'),
    test: size('test'),
    validation: Type.Number({
      minimum: 0,
      default: 0,
      description:
        'Training images to hold out as a part of their own, the classes in proportion: below 1 a fraction, above 1 a count, 0 for none. Training then keeps its best epoch by them, and the test images stay unseen. `train` counts the others.',
    }),
    'per-class': Type.Integer({
      minimum: 0,
      default: 0,
      description: 'Instead of `train`: so many training images of each class; 0 for no such limit.',
    }),
    classes: Type.Array(Type.Union([Type.String(), Type.Integer({ minimum: 0 })]), {
      default: [],
      description:
        'Keep these classes alone, by name or by number from 0; labels follow the order given. Of an image-folder, no others are read. None named means all.',
    }),
    resize: Type.Integer({
      minimum: 0,
      default: 0,
      description:
        'Pixels of the shorter side of each image, the other in proportion: bilinear, with antialiasing, as Pillow has it; 0 for images as they are. ImageNet: 256.',
    }),
    crop: Type.Integer({
      minimum: 0,
      default: 0,
      description:
        'Side of the square that is cut out of the middle, of training images too; 0 for no cut. ImageNet: 224.',
    }),
    rgb: Type.Boolean({
      default: false,
      description: 'Repeat the one channel of gray images three times; an image-folder has three anyway.',
    }),
    folder: Type.String({
      format: 'project-path',
      default: '.',
      description:
        'For image-folder: its path under --data-dir. It has train/ and val/ (or test/) with the same folders of classes, or such folders alone, as torchvision’s ImageFolder has them; files are read if they end in .jpg, .jpeg, .png, .ppm, .bmp, .pgm, .tif, .tiff or .webp. RGB and gray images of 8 bits have the pixels of Pillow; CMYK and 16 bits are converted in another way.',
    }),
    'test-share': Type.Number({
      exclusiveMinimum: 0,
      exclusiveMaximum: 1,
      default: 0.2,
      description:
        'For image-folder without train/: the part of each class that is for testing, the same for every seed.',
    }),
    seed: seed(
      'Seed of the choice of images. By one seed, a smaller choice of training images is part of a larger one.',
    ),
  }),
  problems: datasetProblems,
  inputs: {},
  output: 'dataset',
  sources: ({ name, folder, classes }, places) => {
    if (name === 'synthetic') return [];
    return name === 'image-folder' ? locateImages({ folder, classes }, places) : locate(name, places);
  },
  async run({ parameters, places, scratch, output, progress, values, warn }) {
    const { prepareDataset } = await import('../src/cells/dataset.ts');
    const wanted = { ...parameters, perClass: parameters['per-class'], testShare: parameters['test-share'] };
    values(
      await prepareDataset(wanted, places, {
        workspace: scratch,
        output,
        warn,
        onProgress: (file, done, total) =>
          progress({ phase: `download ${file}`, done, unit: 'byte', ...(total !== undefined && { total }) }),
        onImages: (done, total) => progress({ phase: 'decode', done, total, unit: 'image' }),
      }),
    );
  },
});
