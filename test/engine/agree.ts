import { expect } from 'vitest';
import { createEngine } from '../../src/engine/choose.ts';
import { createCpuEngine } from '../../src/engine/eager.ts';
import type { CompileOptions, HostTensor, TensorFunction, Tensors } from '../../src/engine/engine.ts';

export const cpu = createCpuEngine();

/** The compiled engine, or the one of its devices that is named: `TESTED_ENGINE=onnx-webgpu npx vitest run test/engine`. */
export const onnx = await createEngine(process.env.TESTED_ENGINE ?? 'onnx', { threads: 1 });

/** Runs a function on the reference and on the compiled engine and demands the same results. */
export async function agree(
  fn: TensorFunction,
  inputs: Tensors,
  tolerance = 1e-5,
  options: CompileOptions = {},
): Promise<Tensors> {
  const expected = await cpu.compile('test', fn, options).run(inputs);
  const compiled = onnx.compile('test', fn, options);
  const actual = await compiled.run(inputs);
  await compiled.dispose();
  expect(Object.keys(actual)).toEqual(Object.keys(expected));
  for (const [name, tensor] of Object.entries(expected)) {
    expect(actual[name]?.shape, name).toEqual(tensor.shape);
    expect(actual[name]?.data.constructor, name).toBe(tensor.data.constructor);
    expect(difference(actual[name], tensor), name).toBeLessThanOrEqual(tolerance);
  }
  return actual;
}

/** The largest difference of two tensors, relative to the largest of the second one's elements, but at least to 1. */
export function difference(a: HostTensor | undefined, b: HostTensor): number {
  return gapOver(Math.max(1, largest(b)), a, b);
}

/** The same relative to the largest element however small that is; for gradients. Both all zeros: 0. */
export function relativeDifference(a: HostTensor | undefined, b: HostTensor): number {
  return gapOver(largest(b), a, b);
}

function largest({ data }: HostTensor): number {
  return Math.max(0, ...Array.from(data).filter(Number.isFinite).map(Math.abs));
}

function gapOver(scale: number, a: HostTensor | undefined, b: HostTensor): number {
  const gaps = Array.from(b.data, (value, index) => {
    const other = a?.data[index] ?? Number.POSITIVE_INFINITY;
    if (Object.is(other, value) || other === value) return 0;
    const gap = Math.abs(other - value) / scale;
    return Number.isNaN(gap) ? Number.POSITIVE_INFINITY : gap;
  });
  return Math.max(0, ...gaps);
}
