/** A tensor of a type that engines and data sets use, as stored in a safetensors file, row-major. */
export type SafeTensor =
  | { readonly dtype: 'F32'; readonly shape: readonly number[]; readonly data: Float32Array }
  | { readonly dtype: 'I32'; readonly shape: readonly number[]; readonly data: Int32Array }
  /** PyTorch's batch counters; no engine uses them. */
  | { readonly dtype: 'I64'; readonly shape: readonly number[]; readonly data: BigInt64Array }
  | { readonly dtype: 'U8'; readonly shape: readonly number[]; readonly data: Uint8Array };

/**
 * A tensor of another type of the format; `data` contains its bytes in the file. `toFloat32` decodes some of these
 * types.
 */
export interface EncodedTensor {
  readonly dtype: Exclude<Dtype, SafeTensor['dtype']>;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** The contents of a safetensors file. */
export interface Safetensors {
  readonly tensors: Readonly<Record<string, SafeTensor | EncodedTensor>>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Bits of one number, for each type of the format (safetensors 0.8). */
export const bitsOf = {
  ...{ BOOL: 8, U8: 8, I8: 8, U16: 16, I16: 16, U32: 32, I32: 32, U64: 64, I64: 64 },
  ...{ F16: 16, BF16: 16, F32: 32, F64: 64, C64: 64 },
  ...{ F4: 4, F6_E2M3: 6, F6_E3M2: 6 },
  ...{ F8_E5M2: 8, F8_E4M3: 8, F8_E8M0: 8, F8_E4M3FNUZ: 8, F8_E5M2FNUZ: 8 },
} as const;

export type Dtype = keyof typeof bitsOf;

/** The limit of the format, 100 MB: a file with a longer header is an attack or not a safetensors file. */
export const longestHeader = 100_000_000;

/** Numbers in a tensor of this shape; 1 for a scalar. */
export function countOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Node.js cannot read more bytes at once, so larger files are neither written nor read. */
export const longestFile = 2 ** 31 - 1;
