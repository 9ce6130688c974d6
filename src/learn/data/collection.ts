import { classNumbers } from './class-numbers.ts';
import { type Dataset, imageSize, labelAt, labelsAt } from './dataset.ts';
import { gathered, type Shaping, shaped } from './image.ts';

/** Labelled images that are read only when it is known which of them are needed. */
export interface Collection extends Pick<Dataset, 'labels' | 'classes'> {
  /**
   * Reads the records at `indices`, in that order, and shapes them.
   * @throws Failure those of `shaped` and `gathered`
   */
  read(indices: ArrayLike<number>, shaping: Shaping): Promise<Dataset>;
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
export function without({ labels, classes, read }: Collection, places: ArrayLike<number>): Collection {
  const left = new Set(Array.from(places));
  const kept = Array.from(labels.keys()).filter((place) => !left.has(place));
  return {
    labels: labelsAt({ labels }, kept),
    classes,
    read: (indices, shaping) =>
      read(
        Array.from(indices, (index) => kept[index] ?? -1),
        shaping,
      ),
  };
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
