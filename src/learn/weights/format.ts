/** A tensor as a safetensors file stores it, row-major. */
export type SafeTensor =
  | { readonly dtype: 'F32'; readonly shape: readonly number[]; readonly data: Float32Array }
  | { readonly dtype: 'I32'; readonly shape: readonly number[]; readonly data: Int32Array }
  /** PyTorch's counts of batches; no engine takes them. */
  | { readonly dtype: 'I64'; readonly shape: readonly number[]; readonly data: BigInt64Array }
  | { readonly dtype: 'U8'; readonly shape: readonly number[]; readonly data: Uint8Array };

export type Dtype = SafeTensor['dtype'];

/** The contents of a safetensors file. */
export interface Safetensors {
  readonly tensors: Readonly<Record<string, SafeTensor>>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Bytes of one number. */
export const bytesOf: Readonly<Record<Dtype, number>> = { I64: 8, F32: 4, I32: 4, U8: 1 };

/** The format's own limit, 100 MB: a longer header is an attack or no safetensors file. */
export const longestHeader = 100_000_000;

/** Numbers in a tensor of this shape; 1 for a scalar. */
export function countOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** What Node.js reads at once: a file of more bytes is neither written nor read. */
export const longestFile = 2 ** 31 - 1;
