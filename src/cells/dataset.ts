import { Failure } from '../failure.ts';
import type { CellContext, Places } from '../kind/kind.ts';
import { writeDataset } from '../learn/data/artifact.ts';
import { type Collection, inMemory, ofClasses, without } from '../learn/data/collection.ts';
import type { Dataset, Split } from '../learn/data/dataset.ts';
import { folderWarnings } from '../learn/data/folder-warnings.ts';
import type { Shaping } from '../learn/data/image.ts';
import { type ImageFolder, listImages } from '../learn/data/image-folder.ts';
import { type LoadOptions, loadDataset } from '../learn/data/load.ts';
import { chosenPart, type SubsetSize } from '../learn/data/subset.ts';
import { synthetic } from '../learn/data/synthetic.ts';

export interface Preparation extends ImageFolder, Shaping {
  readonly name: string;
  /** Images to take: 0 for all, below 1 a fraction, above a count; 1 is refused, as it could mean either. */
  readonly train: number;
  readonly test: number;
  /** Training images to hold out as the validation part: 0 for none, else as `train`. */
  readonly validation: number;
  /** Instead of `train`, so many of each class; 0 for no such limit. */
  readonly perClass: number;
  /** Names or numbers of the classes to keep, in the order of their new labels; none for all. */
  readonly classes: readonly (string | number)[];
  /** For an image-folder: as `ReadImagesOptions.testShare`. */
  readonly testShare: number;
  readonly seed: number;
}

/**
 * Reads a data set, takes the wanted part of it, shapes its images, and writes it as an artifact.
 * @returns counts, for tables
 * @throws Failure `bad-subset`, `different-sizes`, and those of `ofClasses`, `shaped`, `loadDataset` and `listImages`
 */
export async function prepareDataset(
  wanted: Preparation,
  places: Places,
  { output, ...options }: PrepareOptions,
): Promise<{ train: number; validation: number; test: number; classes: number }> {
  const { name, perClass } = wanted;
  if (wanted.train > 0 && perClass > 0) {
    throw new Failure('bad-subset', 'Both `train` and `perClass` limit the training images.', {
      hint: 'Give one of them.',
    });
  }
  const whole = await opened(wanted, places, options);
  const { held, rest } = heldOut(ofWanted(whole.train, wanted), wanted);
  const train = await readChosen(rest, perClass > 0 ? { perClass } : sizeOf(wanted.train), wanted);
  const test = await readChosen(ofWanted(whole.test, wanted), sizeOf(wanted.test), wanted);
  const validation = held && (await held.read(wanted));
  if (train.shape.join() !== test.shape.join()) {
    throw new Failure(
      'different-sizes',
      `Images for training are [${train.shape}], those for testing [${test.shape}].`,
      { hint: 'Give `resize` and `crop`, such as 256 and 224.' },
    );
  }
  const [only, ...others] = train.classes;
  if (others.length === 0) {
    options.warn?.(
      'one-class',
      `All images are of one class, ${only}: every model has an accuracy of 100 %.`,
    );
  }
  await writeDataset(output, name, { train, test, ...(validation && { validation }) });
  return {
    train: train.labels.length,
    validation: validation?.labels.length ?? 0,
    test: test.labels.length,
    classes: train.classes.length,
  };
}

export interface PrepareOptions extends LoadOptions {
  /** Becomes the artifact. */
  readonly output: string;
  /** How many images of how many have been decoded. */
  readonly onImages?: (done: number, total: number) => void;
  /** Of files that were left out, and of what may not be as it was meant. */
  readonly warn?: CellContext<unknown>['warn'];
}

async function opened(
  wanted: Preparation,
  places: Places,
  options: Omit<PrepareOptions, 'output'>,
): Promise<{ train: Collection; test: Collection }> {
  const { name, testShare, seed } = wanted;
  if (name === 'image-folder') {
    // Other sets are read without the decoder.
    const { openImages } = await import('../learn/data/read-images.ts');
    const listed = listImages(wanted, places);
    for (const { name, message } of folderWarnings(listed)) options.warn?.(name, message);
    return openImages(listed, { testShare, onImages: options.onImages });
  }
  const { train, test } = name === 'synthetic' ? madeUp(seed) : await loadDataset(name, places, options);
  return { train: inMemory(train), test: inMemory(test) };
}

function madeUp(seed: number): Split {
  return synthetic({ train: 256, test: 128, shape: [8, 8, 1], classes: 4, seed, noise: 24 });
}

function sizeOf(size: number): SubsetSize | undefined {
  if (size === 0) return undefined;
  if (size === 1) {
    throw new Failure('bad-subset', 'A size of 1 may mean all of it or a single image.', {
      hint: 'Write 0 for all. A data set of one image cannot be made.',
    });
  }
  return size < 1 ? { fraction: size } : { count: size };
}

function ofWanted(whole: Collection, { classes }: Preparation): Collection {
  return classes.length > 0 ? ofClasses(whole, classes) : whole;
}

/**
 * Takes the validation part out of the training images. It comes first, so that it is the same whatever number of the
 * others is taken.
 */
function heldOut(records: Collection, { validation, seed }: Preparation) {
  const size = sizeOf(validation);
  if (!size) return { held: undefined, rest: records };
  const places = chosenPart(records, size, seed, 'validation');
  const read = (shaping: Shaping) => records.read(places, shaping);
  return { held: { read }, rest: without(records, places) };
}

function readChosen(
  records: Collection,
  size: SubsetSize | undefined,
  { seed, ...shaping }: Preparation,
): Promise<Dataset> {
  return records.read(size ? chosenPart(records, size, seed) : [...records.labels.keys()], shaping);
}
