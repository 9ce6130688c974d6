/** Labelled images in memory. */
export interface Dataset {
  /** Row-major [count, height, width, channels], 0 … 255. */
  readonly images: Uint8Array;
  /** [count], each an index of `classes`. */
  readonly labels: Int32Array;
  /** Height, width, channels of one image. */
  readonly shape: readonly [height: number, width: number, channels: number];
  readonly classes: readonly string[];
}

/** One image. */
export interface Image {
  /** Row-major [height, width, channels], 0 … 255. */
  readonly data: Uint8Array;
  readonly shape: Dataset['shape'];
}

/** The parts of a data set, with the same shape and classes. */
export interface Split {
  readonly train: Dataset;
  /** Held out of the training images, for choosing the best epoch. */
  readonly validation?: Dataset;
  readonly test: Dataset;
}

/** Number of bytes of one image. */
export function imageSize(dataset: Pick<Dataset, 'shape'>): number {
  const [height, width, channels] = dataset.shape;
  return height * width * channels;
}

/** The records at `indices`, in that order, as a data set of its own. @throws RangeError for an index outside it */
export function select(dataset: Dataset, indices: ArrayLike<number>): Dataset {
  const size = imageSize(dataset);
  const images = new Uint8Array(indices.length * size);
  const labels = new Int32Array(indices.length);
  for (let i = 0; i < indices.length; i += 1) {
    const index = indices[i] as number;
    labels[i] = labelAt(dataset, index);
    images.set(dataset.images.subarray(index * size, (index + 1) * size), i * size);
  }
  return { ...dataset, images, labels };
}

/** The label of a record. @throws RangeError for an index outside the data set */
export function labelAt(dataset: Pick<Dataset, 'labels'>, index: number): number {
  const label = dataset.labels[index];
  if (label === undefined) {
    throw new RangeError(`There is no record ${index} in a data set of ${dataset.labels.length}`);
  }
  return label;
}

/** The labels of records, in the order of `indices`. @throws RangeError for an index outside the data set */
export function labelsAt(dataset: Pick<Dataset, 'labels'>, indices: ArrayLike<number>): Int32Array {
  return Int32Array.from(indices, (index) => labelAt(dataset, index));
}

/** Number of records of each class. */
export function classCounts({ labels, classes }: Pick<Dataset, 'labels' | 'classes'>): Int32Array {
  const counts = new Int32Array(classes.length);
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
  return counts;
}

/** Whether two class names are equal, ignoring Unicode forms: systems store the same name in different forms. */
export function sameName(a: string, b: string): boolean {
  return a.normalize('NFC') === b.normalize('NFC');
}
