import * as tf from '@tensorflow/tfjs';
import { createCpuEngine } from '../../src/engine/eager.ts';
import type { Engine, HostTensor } from '../../src/engine/engine.ts';

/** The reference engine. */
export const cpu = createCpuEngine();

/** Runs tensor code, on the reference engine or another, and gives the values of its result, row-major. */
export async function calculate(fn: () => tf.Tensor, engine: Engine = cpu): Promise<number[]> {
  const compiled = engine.compile('test', () => ({ result: fn() }));
  const { result } = await compiled.run({});
  return [...(result?.data ?? [])];
}

export function float32(shape: readonly number[], values: ArrayLike<number>): HostTensor {
  return { shape, data: Float32Array.from(values) };
}

/** Checks that numbers agree to an absolute tolerance. */
export function greatestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  return Math.max(0, ...Array.from(a, (value, index) => Math.abs(value - (b[index] ?? Number.NaN))));
}

export const rows = (values: number[][]) => tf.tensor2d(values);
