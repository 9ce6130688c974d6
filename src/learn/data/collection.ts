import { classNumbers } from './class-numbers.ts';
import { type Dataset, imageSize, labelAt, labelsAt } from './dataset.ts';
import { gathered, type Shaping, shaped } from './image.ts';
import type { ImageFile } from './shards/write-shards.ts';

/** Labelled images that are read only when it is known which of them are needed. */
export interface Collection extends Pick<Dataset, 'labels' | 'classes'> {
  /**
   * Reads the records at `indices`, in that order, and shapes them.
   * @throws Failure those of `shaped` and `gathered`
   */
  read(indices: ArrayLike<number>, shaping: Shaping): Promise<Dataset>;
  /** The files of the records at `indices`, if each record is an image file. */
  files?(indices: ArrayLike<number>): ImageFile[];
}

export function inMemory(dataset: Dataset): Collection {
  const { images, labels, classes, shape } = dataset;
  const size = imageSize(dataset);
  return {
    labels,
    classes,
    async read(indices, shaping) {
      const chosen = labelsAt(dataset, indices);
      const imageOf = (place: number) => {
        const start = (indices[place] as number) * size; // it has a label
        return shaped({ data: images.subarray(start, start + size), shape }, shaping);
      };
      const read = await gathered(indices.length, imageOf, (place) => `Image ${place}`);
      return { classes, labels: chosen, ...read };
    },
  };
}

/** All records except those at these places, in the original order. */
export function without(collection: Collection, places: ArrayLike<number>): Collection {
  const left = new Set(Array.from(places));
  const kept = Array.from(collection.labels.keys()).filter((place) => !left.has(place));
  return part(collection, kept, { labels: labelsAt(collection, kept), classes: collection.classes });
}

/**
 * The records of the requested classes, in the original order; labels follow the order of the request.
 * @param wanted names, or numbers from 0
 * @throws Failure those of `classNumbers`
 */
export function ofClasses(collection: Collection, wanted: readonly (string | number)[]): Collection {
  const { classes } = collection;
  const numbers = classNumbers(classes, wanted);
  const places = Array.from(collection.labels.keys()).filter((place) =>
    numbers.includes(labelAt(collection, place)),
  );
  const labels = Int32Array.from(places, (place) => numbers.indexOf(labelAt(collection, place)));
  return part(collection, places, { labels, classes: numbers.flatMap((number) => classes[number] ?? []) });
}

/** The records at these places of a collection, with labels and classes of their own. */
function part(
  collection: Collection,
  places: readonly number[],
  own: Pick<Collection, 'labels' | 'classes'>,
): Collection {
  const inWhole = (indices: ArrayLike<number>) => Array.from(indices, (index) => places[index] ?? -1);
  const { files } = collection;
  return {
    ...own,
    async read(indices, shaping) {
      const read = await collection.read(inWhole(indices), shaping);
      return { ...read, classes: own.classes, labels: labelsAt(own, indices) };
    },
    ...(files && { files: (indices) => files(inWhole(indices)) }),
  };
}
