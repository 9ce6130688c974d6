export interface Summary {
  readonly mean: number | undefined;
  readonly std: number | undefined;
  readonly n: number;
}

/**
 * Mean and sample standard deviation √(Σ (x - mean)² / (n - 1)). Without numbers there is no mean, and with one
 * number no deviation. Computed by Welford's (1962) recurrence, which is accurate even if the numbers are close
 * together.
 */
export function summarise(numbers: readonly number[]): Summary {
  let mean = 0;
  let squares = 0;
  for (const [index, x] of numbers.entries()) {
    const difference = x - mean;
    mean += difference / (index + 1);
    squares += difference * (x - mean);
  }
  const n = numbers.length;
  return {
    n,
    mean: n > 0 ? mean : undefined,
    std: n > 1 ? Math.sqrt(squares / (n - 1)) : undefined,
  };
}

/** The smallest and the largest number; undefined below two numbers. */
export function rangeOf(numbers: readonly number[]): readonly [low: number, high: number] | undefined {
  if (numbers.length < 2) return undefined;
  return [
    numbers.reduce((low, x) => Math.min(low, x), Number.POSITIVE_INFINITY),
    numbers.reduce((high, x) => Math.max(high, x), Number.NEGATIVE_INFINITY),
  ];
}

/**
 * Pearson's r of pairs of numbers, in [-1, 1]; undefined for fewer than three pairs, or if one of the two is
 * constant.
 */
export function correlation(pairs: readonly (readonly [x: number, y: number])[]): number | undefined {
  const [x, y] = [summarise(pairs.map(([one]) => one)), summarise(pairs.map(([, other]) => other))];
  if (pairs.length < 3 || !x.std || !y.std || x.mean === undefined || y.mean === undefined) return undefined;
  const [meanX, meanY] = [x.mean, y.mean];
  const products = pairs.map(([one, other]) => (one - meanX) * (other - meanY));
  return products.reduce((sum, product) => sum + product, 0) / ((pairs.length - 1) * x.std * y.std);
}
