import type { HostTensor, Tensors } from '../../src/engine/engine.ts';
import type { Mode, Model } from '../../src/learn/model/model.ts';
import { rank4 } from '../../src/learn/model/rank.ts';
import { cpu, float32 } from './calculate.ts';

/** Values that look random and can be made anywhere: whole numbers until the last step. */
export function wave(shape: readonly number[], phase: number, middle: number, amplitude: number): HostTensor {
  const size = shape.reduce((a, b) => a * b, 1);
  const value = (i: number) => 2 * (((31 * i * i + 17 * i + 13 * phase) % 997) / 997) - 1;
  return float32(
    shape,
    Array.from({ length: size }, (_, i) => middle + amplitude * value(i)),
  );
}

/**
 * Weights and statistics by the names of a model: batch norms' scales and variances within 1 ± 0.3, `fc.bias` 0, all
 * else within ±0.2, but filters and dense weights within ± `amplitude` of their shape.
 */
export function waves(
  { parameters, state }: Model,
  amplitude: (shape: readonly number[]) => number,
): Tensors {
  return Object.fromEntries(
    [...parameters, ...state].map(({ name, shape }) => {
      if (name === 'fc.bias') return [name, float32(shape, new Array<number>(shape[0] ?? 0).fill(0))];
      if (shape.length > 1) return [name, wave(shape, name.length, 0, amplitude(shape))];
      const isScale = name.endsWith('running_var') || name.endsWith('weight');
      return [name, isScale ? wave(shape, name.length, 1, 0.3) : wave(shape, name.length, 0, 0.2)];
    }),
  );
}

/** What goes through a model on the reference engine: `logits`, `tap0`, … and, in train mode, its new state. */
export async function forward(
  model: Model,
  mode: Mode,
  weights: Tensors,
  images: HostTensor,
): Promise<Tensors> {
  const compiled = cpu.compile('test', ({ images, ...tensors }) => {
    if (!images) throw new Error('No images');
    const { logits, taps, state } = model.forward(tensors, rank4(images), mode);
    const named = Object.fromEntries(taps.map((tap, index) => [`tap${index}`, tap]));
    return { logits, ...named, ...state };
  });
  return compiled.run({ ...weights, images });
}

export const dataOf = (tensors: Tensors, name: string) => tensors[name]?.data ?? new Float32Array();
