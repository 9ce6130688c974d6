import type { ChannelStatistics } from '../statistics.ts';

/**
 * Adds up pixels of 0 … 255 in whole numbers, so that mean and standard deviation do not depend on any order, nor lose
 * digits over millions of images.
 */
export class ExactStatistics {
  readonly #sums: bigint[];
  readonly #squares: bigint[];
  #pixels = 0n;

  constructor(channels: number) {
    this.#sums = new Array<bigint>(channels).fill(0n);
    this.#squares = new Array<bigint>(channels).fill(0n);
  }

  /**
   * Adds an image.
   * @param pixels in each channel
   * @param sums of the pixels of each channel
   * @param squares sums of the squared pixels
   */
  add(pixels: number, sums: readonly number[], squares: readonly number[]): void {
    this.#pixels += BigInt(pixels);
    for (const channel of this.#sums.keys()) {
      this.#sums[channel] = (this.#sums[channel] ?? 0n) + BigInt(sums[channel] ?? 0);
      this.#squares[channel] = (this.#squares[channel] ?? 0n) + BigInt(squares[channel] ?? 0);
    }
  }

  /** For pixels in [0, 1]. */
  result(): ChannelStatistics {
    const scale = Number(this.#pixels) * 255;
    return {
      mean: this.#sums.map((sum) => Number(sum) / scale),
      // n² · variance = n · Σx² - (Σx)²
      std: this.#sums.map((sum, channel) => {
        const spread = this.#pixels * (this.#squares[channel] ?? 0n) - sum * sum;
        return Math.sqrt(Number(spread)) / scale;
      }),
    };
  }
}
