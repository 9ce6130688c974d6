import type { HostTensor } from '../../engine/engine.ts';
import type { Stream } from '../random/stream.ts';
import { type Augment, augmentImage } from './augment.ts';
import { type Dataset, imageSize, labelAt } from './dataset.ts';

/** Images and labels of some records, as training steps and attacks use them. */
export interface Batch {
  /** float32 [count, height, width, channels], in [0, 1]. */
  readonly images: HostTensor;
  /** One-hot float32 [count, classes]. */
  readonly labels: HostTensor;
}

/**
 * The records at `indices`, as tensors. Pixels are bytes / 255, rounded to float32.
 *
 * @param augment if given, `random` is needed: images are augmented in the order of `indices`
 * @throws RangeError for an index outside the data set
 */
export function toBatch(dataset: Dataset, indices: ArrayLike<number>): Batch;
export function toBatch(
  dataset: Dataset,
  indices: ArrayLike<number>,
  augment: Augment | undefined,
  random: Stream,
): Batch;
export function toBatch(
  dataset: Dataset,
  indices: ArrayLike<number>,
  augment?: Augment,
  random?: Stream,
): Batch {
  const count = indices.length;
  const size = imageSize(dataset);
  const images = new Float32Array(count * size);
  const labels = oneHot(dataset, indices);
  for (let i = 0; i < count; i += 1) {
    const index = indices[i] as number;
    const source = dataset.images.subarray(index * size, (index + 1) * size);
    const image = augment && random ? augmentImage(source, dataset.shape, augment, random) : source;
    writePixels(image, images, i * size);
  }
  return {
    images: { shape: [count, ...dataset.shape], data: images },
    labels,
  };
}

/** The labels of records, as float32 [count, classes]. @throws RangeError for an index outside the data set */
export function oneHot(dataset: Pick<Dataset, 'labels' | 'classes'>, indices: ArrayLike<number>): HostTensor {
  const classes = dataset.classes.length;
  const data = new Float32Array(indices.length * classes);
  for (let i = 0; i < indices.length; i += 1) {
    data[i * classes + labelAt(dataset, indices[i] as number)] = 1; // i is in range
  }
  return { shape: [indices.length, classes], data };
}

/** Writes bytes as pixels in [0, 1]: divided by 255, and rounded to float32. */
export function writePixels(image: Uint8Array, pixels: Float32Array, start: number): void {
  for (let k = 0; k < image.length; k += 1) pixels[start + k] = (image[k] as number) / 255; // k is in range
}

/**
 * Splits an order of records into batches; the last one may be smaller.
 * @param order such as a stream's `permutation`
 * @param size records in a batch, at least 1
 */
export function* batches(order: Int32Array, size: number): Generator<Int32Array> {
  for (let start = 0; start < order.length; start += size) yield order.subarray(start, start + size);
}
