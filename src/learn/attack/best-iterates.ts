import type { HostTensor } from '../../engine/engine.ts';
import type { Batch } from '../data/batch.ts';
import { predictions } from '../loss/accuracy.ts';
import type { AttackBatch, Perturbed } from './attacker.ts';
import { rowsIn, someOf } from './batch-rows.ts';

/** The best adversarial images of a batch so far: misclassified ones first, then those with the larger objective. */
export class BestIterates {
  readonly #expected: Int32Array;
  readonly #shape: readonly number[];
  readonly #pixels: Float32Array;
  readonly #objective: Float64Array;
  /** Misclassified at the best image. */
  readonly #broken: Uint8Array;

  constructor({ images, labels }: Batch) {
    const count = images.shape[0] ?? 0;
    this.#expected = predictions(labels);
    this.#shape = images.shape;
    this.#pixels = Float32Array.from(images.data);
    this.#objective = new Float64Array(count).fill(Number.NEGATIVE_INFINITY);
    this.#broken = new Uint8Array(count);
  }

  /**
   * @param rows the example of each candidate
   * @param images one candidate for each of `rows`, like `predicted` and `objective`; not kept
   */
  consider(
    rows: readonly number[],
    { data }: HostTensor,
    predicted: Int32Array,
    objective: Float32Array,
  ): void {
    const size = data.length / rows.length;
    for (const [place, row] of rows.entries()) {
      const breaks = Number(predicted[place] !== this.#expected[row]);
      const value = objective[place] ?? Number.NaN;
      const better =
        breaks === this.#broken[row] ? value > (this.#objective[row] ?? Number.NaN) : breaks === 1;
      if (!better) continue;
      this.#broken[row] = breaks;
      this.#objective[row] = value;
      this.#pixels.set(data.subarray(place * size, (place + 1) * size), row * size);
    }
  }

  /** The rows whose best image is classified correctly, ascending. */
  unbroken(): number[] {
    return [...this.#broken.keys()].filter((row) => this.#broken[row] === 0);
  }

  images(): HostTensor {
    return { shape: this.#shape, data: this.#pixels };
  }
}

/** Passes on the candidates of a run: one for each example of its batch, or for those in the given places. */
export type Consider = (
  images: HostTensor,
  predicted: Int32Array,
  objective: Float32Array,
  places?: readonly number[],
) => void;

/**
 * Repeats an attack, at most `count` times. Each run attacks only the examples that no earlier run has broken, so that
 * the result of an example does not depend on the others of its batch.
 * @param run gets the examples that are left, which are the given rows of the batch; it passes its candidates to
 * `consider`, and returns the l1 norms of its first gradients, if it uses any
 * @param first the first run; it is not 0 if the results of the runs before are known
 */
export async function bestOfRuns(
  batch: AttackBatch,
  count: number,
  run: (
    left: AttackBatch,
    consider: Consider,
    index: number,
    rows: readonly number[],
  ) => Promise<Float32Array | undefined>,
  first = 0,
): Promise<Perturbed> {
  const best = new BestIterates(batch);
  let gradientNorms: Float32Array | undefined;
  for (let index = first; index < count; index += 1) {
    const unbroken = best.unbroken();
    if (unbroken.length === 0) break;
    const rows = batch.whole ? [...predictions(batch.labels).keys()] : unbroken;
    const consider: Consider = (images, predicted, objective, places) => {
      const considered = places ? rowsIn(rows, places) : rows;
      best.consider(considered, images, predicted, objective);
    };
    const norms = await run(someOf(batch, rows), consider, index, rows);
    gradientNorms ??= norms;
  }
  return { images: best.images(), ...(gradientNorms && { gradientNorms }) };
}
