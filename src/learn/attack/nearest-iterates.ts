import type { HostTensor } from '../../engine/engine.ts';
import type { Batch } from '../data/batch.ts';
import { predictions } from '../loss/accuracy.ts';
import { floats } from './gradient-step.ts';

/** The nearest misclassified images found so far, in l∞. */
export class NearestIterates {
  /** For each example: infinity if none was found, 0 if the clean image is misclassified. */
  readonly distances: Float32Array;
  readonly #expected: Int32Array;
  readonly #shape: readonly number[];
  readonly #clean: Float32Array;
  readonly #pixels: Float32Array;

  constructor({ images, labels }: Batch) {
    this.#expected = predictions(labels);
    this.#shape = images.shape;
    this.#clean = floats(images);
    this.#pixels = Float32Array.from(this.#clean);
    this.distances = new Float32Array(this.#expected.length).fill(Number.POSITIVE_INFINITY);
  }

  /**
   * @param pixels one candidate for each example; not kept
   * @returns for each example whether its candidate is misclassified
   */
  consider(pixels: Float32Array, predicted: Int32Array): boolean[] {
    const size = pixels.length / this.distances.length;
    return Array.from(predicted, (label, row) => {
      if (label === this.#expected[row]) return false;
      const from = row * size;
      let distance = 0;
      for (let index = from; index < from + size; index += 1) {
        // In range: the images have the same size.
        distance = Math.max(distance, Math.abs((pixels[index] as number) - (this.#clean[index] as number)));
      }
      if (distance < (this.distances[row] as number)) {
        this.distances[row] = distance;
        this.#pixels.set(pixels.subarray(from, from + size), from);
      }
      return true;
    });
  }

  /** The nearest misclassified images if they are within epsilon, otherwise the clean ones. */
  within(epsilon: number): HostTensor {
    const size = this.#pixels.length / this.distances.length;
    const data = this.#pixels.map((pixel, index) => {
      const near = (this.distances[Math.floor(index / size)] as number) <= epsilon;
      return near ? pixel : (this.#clean[index] as number);
    });
    return { shape: this.#shape, data };
  }
}
