/** Minimum and maximum of each pixel, within epsilon of the clean image and in [0, 1]. */
export interface Bounds {
  readonly low: Float32Array;
  readonly high: Float32Array;
}

/** @param epsilon for pixels in [0, 1]. Rounding to float32 can take a bound past epsilon by 6e-8. */
export function linfBounds(clean: Float32Array, epsilon: number): Bounds {
  return {
    low: clean.map((pixel) => Math.max(pixel - epsilon, 0)),
    high: clean.map((pixel) => Math.min(pixel + epsilon, 1)),
  };
}

export function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
