import { expect } from 'vitest';
import type { HostTensor } from '../../src/engine/engine.ts';
import { stream } from '../../src/learn/random/stream.ts';
import { float32 } from './calculate.ts';

/**
 * Holds the gradient of a value to differences of that value (four points, error h⁴): along the gradient, where its
 * length is all of the slope, and along a random direction, where what is missing may lie.
 * @param valueAt the value with this tensor in place of `tensor`
 * @param h distance of the points; a maximum in the value wants a small one, not to change places in between
 */
export async function expectSlopes(
  name: string,
  { shape, data }: HostTensor,
  gradient: ArrayLike<number>,
  valueAt: (tensor: HostTensor) => Promise<number>,
  h = 0.02,
): Promise<void> {
  const slopes = Array.from(gradient);
  const length = Math.hypot(...slopes);
  const along = (direction: readonly number[], distance: number) => {
    const moved = Array.from(data, (value, index) => value + distance * (direction[index] ?? 0));
    return valueAt(float32(shape, moved));
  };
  for (const direction of [slopes, [...stream(2, name).normals(data.length)]].map(unit)) {
    const [near, far] = [
      (await along(direction, h)) - (await along(direction, -h)),
      (await along(direction, 2 * h)) - (await along(direction, -2 * h)),
    ];
    const measured = (8 * near - far) / (12 * h);
    const slope = direction.reduce((sum, part, index) => sum + part * (slopes[index] ?? Number.NaN), 0);
    expect(Math.abs(measured - slope) / length, name).toBeLessThan(1e-2);
  }
}

function unit(direction: readonly number[]): number[] {
  const length = Math.hypot(...direction);
  return direction.map((part) => part / length);
}
