import { createHash } from 'node:crypto';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import { sampleBeta } from './beta.ts';

/** A sequence of random numbers that depends only on its seed, name and counters. */
export interface Stream {
  /** In [0, 1), a multiple of 2^-32. */
  float(): number;
  /**
   * Uniform in 0 … bound - 1, without bias.
   * @param bound a whole number, 1 … 2^32
   * @throws RangeError otherwise
   */
  int(bound: number): number;
  /** Standard normal. */
  normal(): number;
  /** `count` numbers of [low, high), each rounded to float32 (which can round up to `high`). */
  uniform(count: number, low: number, high: number): Float32Array;
  /** `count` standard normals. */
  normals(count: number): Float32Array;
  /** The numbers 0 … n - 1 in random order (Fisher and Yates). */
  permutation(n: number): Int32Array;
  /**
   * Beta(a, b), in [0, 1]; used for mixup.
   * @throws RangeError unless a, b > 0
   */
  beta(a: number, b: number): number;
}

const two32 = 2 ** 32;

/**
 * The random stream for a seed, a name and counters such as (epoch, step). Its state is their SHA-256 digest, so a
 * resumed run does not need a saved generator: it takes the stream of its next step. The generator is xoroshiro128+
 * (Blackman and Vigna 2018). Its lowest bits are weak, so everything here uses the high bits (the distributions of
 * pure-rand do not).
 *
 * @throws RangeError if the seed or a counter is not a safe integer
 */
export function stream(seed: number, name: string, ...counters: number[]): Stream {
  for (const number of [seed, ...counters]) {
    if (!Number.isSafeInteger(number)) {
      throw new RangeError(`The stream "${name}" needs whole numbers as seed and counters, not ${number}`);
    }
  }
  const digest = createHash('sha256')
    .update(JSON.stringify([seed, name, ...counters]))
    .digest();
  const state = [digest.readInt32LE(0), digest.readInt32LE(4), digest.readInt32LE(8), digest.readInt32LE(12)];
  const generator = xoroshiro128plusFromState(state);
  let spare: number | undefined;

  const float = () => (generator.next() >>> 0) / two32;

  const int = (bound: number) => {
    if (!Number.isInteger(bound) || bound < 1 || bound > two32) {
      throw new RangeError(`int(bound) needs a whole number of 1 … 2^32, not ${bound}`);
    }
    const share = Math.floor(two32 / bound);
    for (;;) {
      const result = Math.floor((generator.next() >>> 0) / share);
      if (result < bound) return result;
    }
  };

  /** Polar method (Marsaglia and Bray 1964): two normals at a time, without sine and cosine. */
  const normal = () => {
    if (spare !== undefined) {
      const result = spare;
      spare = undefined;
      return result;
    }
    for (;;) {
      const x = 2 * float() - 1;
      const y = 2 * float() - 1;
      const square = x * x + y * y;
      if (square >= 1 || square === 0) continue;
      const scale = Math.sqrt((-2 * Math.log(square)) / square);
      spare = y * scale;
      return x * scale;
    }
  };

  return {
    float,
    int,
    normal,
    uniform(count, low, high) {
      const result = new Float32Array(count);
      const step = (high - low) / two32;
      for (let i = 0; i < count; i += 1) result[i] = low + (generator.next() >>> 0) * step;
      return result;
    },
    normals(count) {
      const result = new Float32Array(count);
      for (let i = 0; i < count; i += 1) result[i] = normal();
      return result;
    },
    permutation(n) {
      const result = Int32Array.from({ length: n }, (_, i) => i);
      for (let i = n - 1; i > 0; i -= 1) {
        const j = int(i + 1);
        const taken = result[j] as number; // j <= i < n
        result[j] = result[i] as number;
        result[i] = taken;
      }
      return result;
    },
    beta: (a, b) => sampleBeta(a, b, float, normal),
  };
}
