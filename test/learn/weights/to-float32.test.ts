import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSafetensors } from '../../../src/learn/weights/safetensors.ts';
import { toFloat32 } from '../../../src/learn/weights/to-float32.ts';

/** Made with NumPy by `number_types.py`: what it gives in float32, as bytes, every NaN the same one. */
const frozen: Record<'float32' | 'sha256', Record<string, string>> = JSON.parse(
  readFileSync(join(import.meta.dirname, 'number-types.json'), 'utf8'),
);
const { tensors } = await readSafetensors(join(import.meta.dirname, 'number-types.safetensors'));

function bytesOf(numbers: Float32Array | undefined): Buffer {
  const sameNaN = numbers?.map((number) => (Number.isNaN(number) ? Number.NaN : number));
  return Buffer.from(sameNaN?.buffer ?? new ArrayBuffer());
}

describe('numbers in float32', () => {
  it.each(Object.entries(frozen.float32))('are those of NumPy for a tensor of %s', (name, expected) => {
    const tensor = tensors[name];
    expect(tensor && bytesOf(toFloat32(tensor)).toString('hex')).toBe(expected);
  });

  it.each(['F16', 'BF16'] as const)('are those of NumPy for every number of %s', (dtype) => {
    const every = Uint16Array.from({ length: 2 ** 16 }, (_, bits) => bits);
    const data = new Uint8Array(every.buffer);
    const bytes = bytesOf(toFloat32({ dtype, shape: [every.length], data }));
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(frozen.sha256[dtype]);
  });

  it('may be none', () => {
    expect(toFloat32({ dtype: 'F16', shape: [0, 3], data: new Uint8Array() })).toEqual(new Float32Array());
  });

  it('are not made of integers, truth values or floats of 8 bits', () => {
    for (const name of ['I64', 'I32', 'U8', 'BOOL', 'F8_E4M3']) {
      const tensor = tensors[name];
      expect(tensor && toFloat32(tensor), name).toBeUndefined();
    }
  });
});
