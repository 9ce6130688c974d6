import { Failure } from '../../failure.ts';
import type { Places } from '../../kind/kind.ts';
import { writeDataset } from './artifact.ts';
import { type Collection, inMemory, ofClasses } from './collection.ts';
import type { Dataset, Split } from './dataset.ts';
import { type LoadOptions, loadDataset } from './load.ts';
import { chosenPart, type SubsetSize } from './subset.ts';
import { synthetic } from './synthetic.ts';

export interface Preparation {
  readonly name: string;
  /** Images to take: 0 for all, below 1 a fraction, above a count; 1 is refused, as it could mean either. */
  readonly train: number;
  readonly test: number;
  /** Instead of `train`, so many of each class; 0 for no such limit. */
  readonly perClass: number;
  /** Names or numbers of the classes to keep, in the order of their new labels; none for all. */
  readonly classes: readonly (string | number)[];
  readonly seed: number;
}

/**
 * Reads a data set, takes the wanted part of it, and writes it as an artifact.
 * @returns counts, for tables
 * @throws Failure `bad-subset`, and those of `ofClasses` and `loadDataset`
 */
export async function prepareDataset(
  { name, train, test, perClass, classes, seed }: Preparation,
  places: Places,
  { output, ...options }: LoadOptions & { readonly output: string },
): Promise<{ train: number; test: number; classes: number }> {
  if (train > 0 && perClass > 0) {
    throw new Failure('bad-subset', 'Both `train` and `perClass` limit the training images.', {
      hint: 'Give one of them.',
    });
  }
  const whole = name === 'synthetic' ? madeUp(seed) : await loadDataset(name, places, options);
  const trainSize = perClass > 0 ? { perClass } : sizeOf(train);
  const part = (dataset: Dataset, size: SubsetSize | undefined) => {
    const whole = inMemory(dataset);
    return readPart(classes.length > 0 ? ofClasses(whole, classes) : whole, size, seed);
  };
  const split: Split = {
    train: await part(whole.train, trainSize),
    test: await part(whole.test, sizeOf(test)),
  };
  await writeDataset(output, name, split);
  return {
    train: split.train.labels.length,
    test: split.test.labels.length,
    classes: split.train.classes.length,
  };
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

function readPart(records: Collection, size: SubsetSize | undefined, seed: number): Promise<Dataset> {
  return records.read(size ? chosenPart(records, size, seed) : [...records.labels.keys()]);
}
