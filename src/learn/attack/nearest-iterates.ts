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
   * @param rows the example of each candidate
   * @param pixels one candidate for each of `rows`, like `predicted`; not kept
   * @returns for each candidate whether it is misclassified
   */
  consider(rows: readonly number[], pixels: Float32Array, predicted: Int32Array): boolean[] {
    const size = pixels.length / rows.length;
    return rows.map((row, place) => {
      if (predicted[place] === this.#expected[row]) return false;
      const candidate = pixels.subarray(place * size, (place + 1) * size);
      const distance = greatestDifference(candidate, this.#clean.subarray(row * size, (row + 1) * size));
      if (distance < (this.distances[row] as number)) {
        this.distances[row] = distance;
        this.#pixels.set(candidate, row * size);
      }
      return true;
    });
  }

  /** The rows whose nearest misclassified image is farther than this, ascending. */
  beyond(distance: number): number[] {
    return [...this.distances.keys()].filter((row) => (this.distances[row] as number) > distance);
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

function greatestDifference(a: Float32Array, b: Float32Array): number {
  let most = 0;
  for (let i = 0; i < a.length; i += 1) {
    const difference = Math.abs((a[i] as number) - (b[i] as number)); // both have the same length
    if (difference > most) most = difference;
  }
  return most;
}
