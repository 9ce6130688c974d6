import { distance } from 'fastest-levenshtein';
import { Failure } from '../../failure.ts';
import { type Dataset, imageSize, labelAt, select } from './dataset.ts';
import { gathered, type Shaping, shaped } from './image.ts';

/** Labelled images that are read once it is known which of them are wanted. */
export interface Collection extends Pick<Dataset, 'labels' | 'classes'> {
  /** The records at `indices`, in that order, shaped. @throws Failure of `shaped` and `gathered` */
  read(indices: ArrayLike<number>, shaping: Shaping): Promise<Dataset>;
}

export function inMemory(dataset: Dataset): Collection {
  const { labels, classes, shape } = dataset;
  return {
    labels,
    classes,
    async read(indices, shaping) {
      const part = select(dataset, indices);
      const size = imageSize(part);
      const imageOf = (place: number) =>
        shaped({ data: part.images.subarray(place * size, (place + 1) * size), shape }, shaping);
      return { ...part, ...(await gathered(part.labels.length, imageOf, (place) => `Image ${place}`)) };
    },
  };
}

/**
 * The records of some classes alone, in the original order, with labels that count the classes in the order given.
 * @param wanted names, or numbers from 0
 * @throws Failure `unknown-class`, `bad-classes` for a class that is named twice
 */
export function ofClasses(collection: Collection, wanted: readonly (string | number)[]): Collection {
  const { classes } = collection;
  const numbers = wanted.map((which) => classNumber(classes, which));
  const twice = numbers.find((number, place) => numbers.indexOf(number) !== place);
  if (twice !== undefined) {
    throw new Failure('bad-classes', `The class "${classes[twice]}" is wanted twice.`, {
      hint: 'Name each class once in `classes`, by its name or its number.',
    });
  }
  const places = Array.from(collection.labels.keys()).filter((place) =>
    numbers.includes(labelAt(collection, place)),
  );
  const labels = Int32Array.from(places, (place) => numbers.indexOf(labelAt(collection, place)));
  const names = numbers.flatMap((number) => classes[number] ?? []);
  return {
    labels,
    classes: names,
    async read(indices, shaping) {
      const chosen = Array.from(indices, (index) => ({
        place: places[index] ?? -1,
        label: labels[index] ?? -1,
      }));
      const read = await collection.read(
        chosen.map(({ place }) => place),
        shaping,
      );
      return { ...read, classes: names, labels: Int32Array.from(chosen, ({ label }) => label) };
    },
  };
}

function classNumber(classes: readonly string[], which: string | number): number {
  const number = typeof which === 'number' ? which : classes.indexOf(which);
  if (classes[number] !== undefined) return number;
  const near = [...classes].sort((a, b) => distance(String(which), a) - distance(String(which), b));
  throw new Failure('unknown-class', `The data set has no class ${JSON.stringify(which)}.`, {
    hint: `It has ${classes.length}, numbered from 0; near it: ${near.slice(0, 3).join(', ')}.`,
  });
}
