import type { EncodedTensor, SafeTensor } from './format.ts';

/**
 * Converts a floating point tensor to float32: F16 and BF16 exactly, F64 rounded to nearest, ties to even.
 * @returns undefined for a tensor of another type
 */
export function toFloat32({ dtype, data }: SafeTensor | EncodedTensor): Float32Array | undefined {
  if (dtype === 'F32') return data;
  if (dtype === 'F64') return Float32Array.from(new Float64Array(data.slice().buffer));
  if (dtype === 'F16') return Float32Array.from(new Uint16Array(data.slice().buffer), halfPrecision);
  if (dtype !== 'BF16') return undefined;
  // The upper half of a float32.
  const words = Uint32Array.from(new Uint16Array(data.slice().buffer), (half) => half << 16);
  return new Float32Array(words.buffer);
}

/** The value of an IEEE 754 binary16 number. @param bits as an integer */
function halfPrecision(bits: number): number {
  const sign = bits >> 15 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = (bits & 1023) / 1024;
  if (exponent === 0) return sign * fraction * 2 ** -14;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction) * 2 ** (exponent - 15);
}
