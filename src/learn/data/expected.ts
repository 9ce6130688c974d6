import { Failure } from '../../failure.ts';
import type { NeededCell, Places } from '../../kind/kind.ts';
import type { Dataset } from './dataset.ts';
import { listImages } from './image-folder.ts';

/** The sizes of a data set, as they are known before it is read. */
export interface ExpectedData {
  readonly shape: Dataset['shape'];
  readonly classes: number;
  /** Numbers of images. */
  readonly train: number;
  readonly validation: number;
  readonly test: number;
}

/** Whole data sets. */
const whole: Readonly<Record<string, Omit<ExpectedData, 'validation'>>> = {
  digits: { shape: [8, 8, 1], classes: 10, train: 1437, test: 360 },
  mnist: { shape: [28, 28, 1], classes: 10, train: 60_000, test: 10_000 },
  'fashion-mnist': { shape: [28, 28, 1], classes: 10, train: 60_000, test: 10_000 },
  cifar10: { shape: [32, 32, 3], classes: 10, train: 50_000, test: 10_000 },
  cifar100: { shape: [32, 32, 3], classes: 100, train: 50_000, test: 10_000 },
  synthetic: { shape: [8, 8, 1], classes: 4, train: 256, test: 128 },
};

/** The parameters of the kind `dataset` that its sizes depend on. */
interface DatasetParameters {
  readonly name: string;
  readonly train: number;
  readonly test: number;
  readonly validation: number;
  readonly 'per-class': number;
  readonly classes: readonly (string | number)[];
  readonly resize: number;
  readonly crop: number;
  readonly rgb: boolean;
  readonly folder: string;
  readonly 'test-share': number;
}

/**
 * The sizes of the data set that a cell will make. Published sets have known sizes; the images of a folder are counted,
 * and not read.
 * @throws Failure `size-unknown`; for folders those of `listImages`
 */
export function expectedData(cell: NeededCell | undefined, places: Places): ExpectedData {
  if (cell?.kind !== 'dataset')
    throw unknown(`the kind ${cell?.kind ?? '?'} makes a data set of unknown size`);
  // Checked against the schema of the kind.
  const parameters = cell.parameters as unknown as DatasetParameters;
  const { classes, rgb, validation } = parameters;
  const all = parameters.name === 'image-folder' ? counted(parameters, places) : whole[parameters.name];
  if (!all) throw unknown(`the size of ${parameters.name} is not known`);
  // Published sets have about as many images of each class.
  const share = classes.length > 0 && parameters.name !== 'image-folder' ? classes.length / all.classes : 1;
  const count = classes.length > 0 ? classes.length : all.classes;
  const training = Math.round(all.train * share);
  const held = part(validation, training) ?? 0;
  const rest = training - held;
  const perClass = parameters['per-class'] > 0 ? parameters['per-class'] * count : undefined;
  return {
    shape: shaped(all.shape, parameters, rgb),
    classes: count,
    train: Math.min(rest, perClass ?? part(parameters.train, rest) ?? rest),
    validation: held,
    test: part(parameters.test, Math.round(all.test * share)) ?? Math.round(all.test * share),
  };
}

/** A number of images as pipelines give it; undefined for 0. Rounded as in `chosenPart`. */
function part(size: number, total: number): number | undefined {
  if (size === 0) return undefined;
  return size < 1 ? Math.floor(size * total + 0.5) : size;
}

function counted(parameters: DatasetParameters, places: Places): Omit<ExpectedData, 'validation'> {
  const { crop } = parameters;
  if (crop === 0) throw unknown('the size of the images in a folder is not known before they are read');
  const listed = listImages(parameters, places);
  const shape = [crop, crop, 3] as const;
  if (!('whole' in listed)) {
    const { train, test } = listed;
    return { shape, classes: train.classes.length, train: train.images.length, test: test.images.length };
  }
  const { images, classes } = listed.whole;
  const test = Math.round(images.length * parameters['test-share']);
  return { shape, classes: classes.length, train: images.length - test, test };
}

function shaped(
  [height, width, channels]: Dataset['shape'],
  { resize, crop }: DatasetParameters,
  rgb: boolean,
): Dataset['shape'] {
  const scale = resize > 0 ? resize / Math.min(height, width) : 1;
  const [tall, wide] = [Math.round(height * scale), Math.round(width * scale)];
  const to = (side: number) => (crop > 0 ? crop : side);
  return [to(tall), to(wide), rgb ? 3 : channels];
}

function unknown(why: string): Failure {
  return new Failure('size-unknown', `The size of the data is not known yet: ${why}.`, {
    hint: 'It is known once a cell of this kind has run.',
  });
}
