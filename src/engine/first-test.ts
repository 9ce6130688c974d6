import type { HostTensor, Tensors } from './engine.ts';
import { sizeOf } from './host.ts';

// What the first tests of devices share.

/** Larger than the rounding errors of sums of at most a few hundred products of numbers up to 1, on any device. */
const TOLERANCE = 1e-3;

/** The names of the results that differ from what is expected. NaN counts as different. */
export function differing(results: Tensors, expected: Tensors): string[] {
  const wrong = Object.entries(expected).filter(([name, { data }]) => {
    const other = results[name]?.data;
    return !data.every((value, index) => Math.abs(value - (other?.[index] ?? Number.NaN)) < TOLERANCE);
  });
  return wrong.map(([name]) => name);
}

/** Numbers from -1 to 1, the same each time. */
export function wave(shape: readonly number[]): HostTensor {
  return { shape, data: Float32Array.from({ length: sizeOf(shape) }, (_, index) => Math.sin(index)) };
}
