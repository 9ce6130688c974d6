import { Failure } from '../failure.ts';
import type { CellContext, Places } from '../kind/kind.ts';
import { type Collection, inMemory, ofClasses, without } from '../learn/data/collection.ts';
import type { Split } from '../learn/data/dataset.ts';
import { folderWarnings } from '../learn/data/folder-warnings.ts';
import type { Shaping } from '../learn/data/image.ts';
import { type ImageFolder, listImages } from '../learn/data/image-folder.ts';
import { type LoadOptions, loadDataset } from '../learn/data/load.ts';
import type { Store } from '../learn/data/store.ts';
import { chosenPart, type SubsetSize } from '../learn/data/subset.ts';
import { synthetic } from '../learn/data/synthetic.ts';
import { type Chosen, type StoreOptions, storeDataset } from './store-dataset.ts';

export interface Preparation extends ImageFolder, Shaping {
  readonly name: string;
  /**
   * Number of images: 0 for all, a fraction below 1, or a count above 1. 1 itself is refused, because it could mean
   * either.
   */
  readonly train: number;
  readonly test: number;
  /** Training images to hold out for validation: 0 for none, otherwise as `train`. */
  readonly validation: number;
  /** Instead of `train`: number of images of each class; 0 for no limit. */
  readonly perClass: number;
  /** Names or numbers of the classes to keep, in the order of their new labels; empty: all. */
  readonly classes: readonly (string | number)[];
  /** For an image-folder; see `ReadImagesOptions.testShare`. */
  readonly testShare: number;
  readonly store: Store;
  readonly seed: number;
}

/**
 * Reads a data set, selects the requested part, shapes its images, and writes it as an artifact.
 * @returns counts, for tables
 * @throws Failure `bad-subset`; those of `ofClasses`, `shaped`, `loadDataset`, `listImages` and `storeDataset`
 */
export async function prepareDataset(
  wanted: Preparation,
  places: Places,
  options: PrepareOptions,
): Promise<{ train: number; validation: number; test: number; classes: number }> {
  const { name, perClass, resize, crop, rgb } = wanted;
  if (wanted.train > 0 && perClass > 0) {
    throw new Failure('bad-subset', '`train` and `per-class` both limit the number of training images.', {
      hint: 'Set only one of them.',
    });
  }
  const whole = await opened(wanted, places, options);
  const { validation, rest } = heldOut(ofWanted(whole.train, wanted), wanted);
  const train = choose(rest, perClass > 0 ? { perClass } : sizeOf(wanted.train), wanted);
  const test = choose(ofWanted(whole.test, wanted), sizeOf(wanted.test), wanted);
  await storeDataset(name, { train, test, validation }, wanted.store, { resize, crop, rgb }, options);
  const { classes } = rest;
  const [only, ...others] = classes;
  if (others.length === 0) {
    options.warn?.(
      'one-class',
      `All images are of one class, ${only}: every model has an accuracy of 100 %.`,
    );
  }
  return {
    train: train.indices.length,
    validation: validation?.indices.length ?? 0,
    test: test.indices.length,
    classes: classes.length,
  };
}

export interface PrepareOptions extends LoadOptions, StoreOptions {
  /** Reports files that were left out, and what may be a mistake. */
  readonly warn?: CellContext<unknown>['warn'];
}

async function opened(
  wanted: Preparation,
  places: Places,
  options: PrepareOptions,
): Promise<{ train: Collection; test: Collection }> {
  const { name, testShare, seed } = wanted;
  if (name === 'image-folder') {
    // Loads the image decoder only if it is needed.
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
    throw new Failure('bad-subset', 'A size of 1 could mean all images or a single one.', {
      hint: 'Write 0 for all. A data set of one image is not possible.',
    });
  }
  return size < 1 ? { fraction: size } : { count: size };
}

function ofWanted(whole: Collection, { classes }: Preparation): Collection {
  return classes.length > 0 ? ofClasses(whole, classes) : whole;
}

/**
 * Separates the validation part from the training images. This is done first, so that the part does not depend on how
 * many of the others are used.
 */
function heldOut(
  records: Collection,
  wanted: Preparation,
): { readonly validation: Chosen | undefined; readonly rest: Collection } {
  const size = sizeOf(wanted.validation);
  if (!size) return { validation: undefined, rest: records };
  const indices = chosenPart(records, size, wanted.seed, 'validation');
  return { validation: { from: records, indices }, rest: without(records, indices) };
}

function choose(from: Collection, size: SubsetSize | undefined, { seed }: Preparation): Chosen {
  return { from, indices: size ? chosenPart(from, size, seed) : Int32Array.from(from.labels.keys()) };
}
