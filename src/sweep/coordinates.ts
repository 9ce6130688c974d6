import { createHash } from 'node:crypto';

/** The place of a trial on an axis, in [0, 1). */
export type Coordinate = (trial: number) => number;

/** Independent uniform numbers: multiples of 2^-48. */
export function randomCoordinate(seed: number, axis: string): Coordinate {
  return (trial) => hash('random', seed, axis, trial) / 2 ** 48;
}

/**
 * A Halton sequence in which the digits at each position are permuted at random (Owen 2017, "A randomized Halton
 * algorithm in R", arXiv:1706.02808). Any `base` trials in a row have one place in each of the `base` equal parts of
 * [0, 1), and so for powers of the base. Permuting breaks the pattern that axes with large bases have together.
 *
 * @param base a prime, another one for each axis
 */
export function haltonCoordinate(seed: number, axis: string, base: number): Coordinate {
  const permutations = Array.from({ length: digitsOf(base) }, (_, position) =>
    permutation(base, (digit) => hash('halton', seed, axis, position, digit)),
  );
  return (trial) =>
    radicalInverse(trial, base, (digit, position) => permutations[position]?.[digit] ?? digit);
}

/**
 * The radical inverse of a number (Halton 1960): its digits in the base, mirrored at the point. With as many digits as
 * a double can hold, the result is the quotient of two whole numbers that it holds exactly, and so the same everywhere.
 *
 * @param permuted the digit to take for a digit; position 0 is the lowest
 * @returns in [0, 1)
 */
export function radicalInverse(
  index: number,
  base: number,
  permuted = (digit: number, _position: number) => digit,
): number {
  const digits = digitsOf(base);
  let rest = index;
  let numerator = 0;
  let denominator = 1;
  for (let position = 0; position < digits; position += 1) {
    numerator = numerator * base + permuted(rest % base, position);
    denominator *= base;
    rest = Math.floor(rest / base);
  }
  return numerator / denominator;
}

/** The first prime numbers: 2, 3, 5, … */
export function primes(count: number): number[] {
  const found: number[] = [];
  for (let number = 2; found.length < count; number += 1) {
    if (found.every((prime) => number % prime !== 0)) found.push(number);
  }
  return found;
}

/** The most digits whose number a double holds exactly. */
function digitsOf(base: number): number {
  let digits = 0;
  for (let power = base; power <= 2 ** 53; power *= base) digits += 1;
  return digits;
}

/** The numbers 0 … size - 1 in the order of their keys. */
function permutation(size: number, key: (number: number) => number): number[] {
  const keys = Array.from({ length: size }, (_, number) => key(number));
  return [...keys.keys()].sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0));
}

/** 48 bits of a SHA-256 digest. */
function hash(...parts: (string | number)[]): number {
  return createHash('sha256').update(JSON.stringify(parts)).digest().readUIntBE(0, 6);
}
