import { Failure } from '../failure.ts';
import type { HostTensor, Tensors } from './engine.ts';

/** The number of elements of a tensor of this shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** A number as a tensor of rank 0. */
export function scalar(value: number): HostTensor {
  return { shape: [], data: Float32Array.of(value) };
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((extent, axis) => extent === b[axis]);
}

/** The TensorFlow.js type of a host tensor. */
export function dtypeOf(tensor: HostTensor): 'float32' | 'int32' {
  return tensor.data instanceof Float32Array ? 'float32' : 'int32';
}

/**
 * Those with these names, in their order.
 * @throws an Error if one is missing
 */
export function pickTensors<T>(
  tensors: Readonly<Record<string, T>>,
  names: readonly string[],
): Record<string, T> {
  const entries = names.map((name) => {
    const tensor = tensors[name];
    if (tensor === undefined) throw new Error(`there is no tensor '${name}'`);
    return [name, tensor] as const;
  });
  return Object.fromEntries(entries);
}

/** Shape and type of each tensor, sorted by name, so that the order of the caller has no effect. */
export function typesOf(tensors: Tensors) {
  const sorted = Object.entries(tensors).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    sorted.map(([key, tensor]) => [key, { shape: tensor.shape, dtype: dtypeOf(tensor) }]),
  );
}

/**
 * Checks that each tensor has as many elements as its shape says.
 * @throws Failure `bad-tensor`
 */
export function checkTensors(name: string, tensors: Tensors): void {
  for (const [key, { shape, data }] of Object.entries(tensors)) {
    if (data.length === sizeOf(shape)) continue;
    throw new Failure(
      'bad-tensor',
      `${name}: input '${key}' has shape [${shape}] but ${data.length} elements.`,
    );
  }
}

/** Copies values of a TensorFlow.js tensor to an array of their own. Booleans become int32 zeros and ones. */
export function hostArray(
  values: Float32Array | Int32Array | Uint8Array,
  dtype: string,
): Float32Array | Int32Array {
  // `slice` is much faster than `from` if the class is already right.
  if (dtype === 'float32') return values instanceof Float32Array ? values.slice() : Float32Array.from(values);
  return values instanceof Int32Array ? values.slice() : Int32Array.from(values);
}
