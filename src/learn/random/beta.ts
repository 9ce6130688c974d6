/**
 * Draws from Beta(a, b), as X / (X + Y) of two gamma variables. Uses logarithms, so that small a and b (mixup uses
 * 0.1 and more) do not underflow to 0 / 0.
 *
 * @throws RangeError unless a and b are positive and finite
 */
export function sampleBeta(a: number, b: number, float: () => number, normal: () => number): number {
  if (!(a > 0 && b > 0 && Number.isFinite(a) && Number.isFinite(b))) {
    throw new RangeError(`beta(a, b) needs positive numbers, not ${a} and ${b}`);
  }
  if (a === 1 && b === 1) return float();
  const x = sampleLogGamma(a, float, normal);
  const y = sampleLogGamma(b, float, normal);
  return 1 / (1 + Math.exp(y - x));
}

/** The logarithm of a Gamma(shape, 1) variable (Marsaglia and Tsang 2000, with their boost for shape < 1). */
function sampleLogGamma(shape: number, float: () => number, normal: () => number): number {
  if (shape < 1) return sampleLogGamma(shape + 1, float, normal) + Math.log(1 - float()) / shape;
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal();
    const root = 1 + c * x;
    if (root <= 0) continue;
    const v = root * root * root;
    if (Math.log(1 - float()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return Math.log(d * v);
  }
}
