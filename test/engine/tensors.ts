import type { HostTensor } from '../../src/engine/engine.ts';
import { sizeOf } from '../../src/engine/host.ts';

/** A small generator of numbers in [low, high), the same for the same seed (mulberry32). */
export function numbers(seed: number, low = -2, high = 2): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return low + ((high - low) * ((mixed ^ (mixed >>> 14)) >>> 0)) / 2 ** 32;
  };
}

/** A float32 tensor of numbers in [low, high). */
export function real(shape: readonly number[], seed: number, low = -2, high = 2): HostTensor {
  return { shape, data: Float32Array.from({ length: sizeOf(shape) }, numbers(seed, low, high)) };
}

/** An int32 tensor of numbers in [low, high). */
export function whole(shape: readonly number[], seed: number, low = -5, high = 6): HostTensor {
  const next = numbers(seed, low, high);
  return { shape, data: Int32Array.from({ length: sizeOf(shape) }, () => Math.floor(next())) };
}
