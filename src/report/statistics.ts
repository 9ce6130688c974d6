export interface Summary {
  readonly mean: number | undefined;
  readonly std: number | undefined;
  readonly n: number;
}

/**
 * Mean and sample standard deviation √(Σ (x - mean)² / (n - 1)). No mean of nothing, and no deviation from one number.
 * One pass, by Welford's (1962) recurrence, which does not lose digits where the numbers lie close together.
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
