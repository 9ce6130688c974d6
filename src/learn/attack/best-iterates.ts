import type { HostTensor } from '../../engine/engine.ts';
import type { Batch } from '../data/batch.ts';
import { predictions } from '../loss/accuracy.ts';
import type { AttackBatch, Perturbed } from './attacker.ts';

/** The best adversarial images of a batch so far: misclassified ones first, then those with the larger objective. */
export class BestIterates {
  readonly #expected: Int32Array;
  readonly #shape: readonly number[];
  readonly #pixels: Float32Array;
  readonly #objective: Float64Array;
  /** Misclassified at the best image. */
  readonly #broken: boolean[];
  /** Broken before this run began. */
  #settled: boolean[];

  constructor({ images, labels }: Batch) {
    const count = images.shape[0] ?? 0;
    this.#expected = predictions(labels);
    this.#shape = images.shape;
    this.#pixels = Float32Array.from(images.data);
    this.#objective = new Float64Array(count).fill(Number.NEGATIVE_INFINITY);
    this.#broken = new Array<boolean>(count).fill(false);
    this.#settled = [...this.#broken];
  }

  /** Starts a run. Examples that are already broken no longer change. */
  startRun(): void {
    this.#settled = [...this.#broken];
  }

  /** @param images one candidate for each example; not kept */
  consider({ data }: HostTensor, predicted: Int32Array, objective: Float32Array): void {
    const size = data.length / this.#broken.length;
    this.#broken.forEach((wasBroken, row) => {
      const breaks = predicted[row] !== this.#expected[row];
      const value = objective[row] ?? Number.NaN;
      const better = breaks === wasBroken ? value > (this.#objective[row] ?? Number.NaN) : breaks;
      if (this.#settled[row] || !better) return;
      this.#broken[row] = breaks;
      this.#objective[row] = value;
      this.#pixels.set(data.subarray(row * size, (row + 1) * size), row * size);
    });
  }

  allBroken(): boolean {
    return this.#broken.every(Boolean);
  }

  images(): HostTensor {
    return { shape: this.#shape, data: this.#pixels };
  }
}

/**
 * Repeats an attack, at most `count` times, until every example is broken. Once an example is broken, later runs do
 * not change it, so that results do not depend on the other examples of the batch.
 * @param run passes its candidates to `best`; returns the l1 norms of its first gradients, if it uses any
 */
export async function bestOfRuns(
  batch: AttackBatch,
  count: number,
  run: (best: BestIterates, index: number) => Promise<Float32Array | undefined>,
): Promise<Perturbed> {
  const best = new BestIterates(batch);
  let gradientNorms: Float32Array | undefined;
  for (let index = 0; index < count && !best.allBroken(); index += 1) {
    best.startRun();
    const norms = await run(best, index);
    gradientNorms ??= norms;
  }
  return { images: best.images(), ...(gradientNorms && { gradientNorms }) };
}
