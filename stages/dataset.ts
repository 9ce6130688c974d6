import { Type } from '@sinclair/typebox';
import { defineKind } from '../src/kind/kind.ts';
import { locateImages } from '../src/learn/data/image-folder.ts';
import { locate } from '../src/learn/data/locate.ts';
import { datasetProblems } from '../src/learn/data/problems.ts';
import { storeParameter } from '../src/learn/data/store.ts';
import { seed } from '../src/learn/parameter-schemas.ts';

const size = (what: string) =>
  Type.Number({
    minimum: 0,
    default: 0,
    description: `Number of ${what} images to take, in the class proportions of the whole: 0 for all, a fraction below 1, or a count.`,
  });

export default defineKind({
  description: 'Reads a data set from files or downloads it: all of it, or a stratified part.',
  parameters: Type.Object({
    name: Type.Union(
      ['digits', 'cifar10', 'cifar100', 'fashion-mnist', 'mnist', 'image-folder', 'synthetic'].map((name) =>
        Type.Literal(name),
      ),
      {
        description:
          'digits comes with retable. The published data sets are read from --data-dir if it is given; otherwise those with a known checksum are downloaded. image-folder is a folder under --data-dir with one folder of images for each class, such as ImageNet. synthetic is generated, for tests.',
      },
    ),
    train: size('training'),
    test: size('test'),
    validation: Type.Number({
      minimum: 0,
      default: 0,
      description:
        'Number of training images to hold out for validation, in the class proportions of the whole: a fraction below 1, a count, or 0 for none. Training selects its best epoch on them, so that the test images stay unseen. They are not counted in `train`.',
    }),
    'per-class': Type.Integer({
      minimum: 0,
      default: 0,
      description: 'Instead of `train`: number of training images of each class; 0 for no limit.',
    }),
    classes: Type.Array(Type.Union([Type.String(), Type.Integer({ minimum: 0 })]), {
      default: [],
      description:
        'Classes to keep, by name or by number from 0. Labels follow the order given here. Other classes of an image-folder are not read. An empty list means all.',
    }),
    resize: Type.Integer({
      minimum: 0,
      default: 0,
      description:
        'Resize each image so that its shorter side has this many pixels (bilinear with antialiasing, as in Pillow); 0 for no change. Usual for ImageNet: 256.',
    }),
    crop: Type.Integer({
      minimum: 0,
      default: 0,
      description:
        'Crop each image, also for training, to a central square with this many pixels on a side; 0 for no crop. Usual for ImageNet: 224.',
    }),
    rgb: Type.Boolean({
      default: false,
      description:
        'Repeat the single channel of gray images three times. Images of an image-folder always have three channels.',
    }),
    folder: Type.String({
      format: 'project-path',
      default: '.',
      description:
        'For image-folder: its path under --data-dir. It contains train/ and val/ (or test/), each with the same class folders, or the class folders themselves, as for torchvision’s ImageFolder. Files are read if they end in .jpg, .jpeg, .png, .ppm, .bmp, .pgm, .tif, .tiff or .webp. RGB and gray images with 8 bits have the same pixels as in Pillow; CMYK and 16-bit images are converted differently.',
    }),
    'test-share': Type.Number({
      exclusiveMinimum: 0,
      exclusiveMaximum: 1,
      default: 0.2,
      description:
        'For image-folder without train/: the fraction of each class that is used for testing. It is the same for every seed.',
    }),
    store: storeParameter,
    seed: seed(
      'Seed of the choice of images. With the same seed, a smaller choice of training images is part of a larger one.',
    ),
  }),
  problems: datasetProblems,
  inputs: {},
  output: 'dataset',
  values: {
    train: { part: 'none', description: 'Number of training images.' },
    validation: { part: 'none', description: 'Number of validation images.' },
    test: { part: 'none', description: 'Number of test images.' },
    classes: { part: 'none', description: 'Number of classes.' },
  },
  sources: ({ name, folder, classes }, places) => {
    if (name === 'synthetic') return [];
    return name === 'image-folder' ? locateImages({ folder, classes }, places) : locate(name, places);
  },
  async run({ parameters, places, scratch, output, cores, progress, values, warn }) {
    const { prepareDataset } = await import('../src/cells/dataset.ts');
    const wanted = { ...parameters, perClass: parameters['per-class'], testShare: parameters['test-share'] };
    values(
      await prepareDataset(wanted, places, {
        workspace: scratch,
        output,
        cores,
        warn,
        onProgress: (file, done, total) =>
          progress({ phase: `download ${file}`, done, unit: 'byte', ...(total !== undefined && { total }) }),
        onImages: (done, total) => progress({ phase: 'decode', done, total, unit: 'image' }),
      }),
    );
  },
});
