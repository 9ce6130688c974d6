import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changeOf, nearestOnPlane } from '../../../src/learn/attack/box-projection.ts';
import { greatestDifference } from '../calculate.ts';

const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((sum, value, index) => sum + value * (b[index] ?? Number.NaN), 0);

function changesTo(point: Float32Array, slope: Float32Array, change: number): number[] {
  const projection = nearestOnPlane(point, slope, change);
  return Array.from(slope, (_, pixel) => changeOf(projection, pixel));
}

const number = (min: number, max: number) => fc.float({ min, max, noNaN: true });
const cases = fc.integer({ min: 1, max: 12 }).chain((size) =>
  fc.record({
    point: fc.array(number(0, 1), { minLength: size, maxLength: size }),
    slope: fc.array(number(-2, 2), { minLength: size, maxLength: size }),
    change: fc.double({ min: -3, max: 3, noNaN: true }),
  }),
);

describe('the nearest point of a plane within the box', () => {
  it('has the values of robustness.md, section 6, item 10', () => {
    const [point, slope] = [Float32Array.of(0.95, 0.98, 0.02, 0.5), Float32Array.of(-1, -0.5, -2, 1)];
    const onto = (target: number) => changesTo(point, slope, target - dot(point, slope));
    expect(greatestDifference(onto(-0.5), [-0.176, -0.176, -0.02, 0.176])).toBeLessThan(1e-6);
    expect(greatestDifference(onto(-1.2), [0.05, 0.02, 0.0533333, -0.0533333])).toBeLessThan(1e-6);
    expect(greatestDifference(onto(0), [-0.376, -0.376, -0.02, 0.376])).toBeLessThan(1e-6);
  });

  it('is where bisection of the radius finds it, or as far as the box allows', () => {
    fc.assert(
      fc.property(cases, ({ point, slope, change }) => {
        const moved = (radius: number) =>
          point.map((pixel, index) => {
            const to = pixel + Math.sign(change) * radius * Math.sign(slope[index] ?? 0);
            return Math.min(Math.max(to, 0), 1) - pixel;
          });
        let [low, high] = [0, 1];
        for (let i = 0; i < 60; i += 1) {
          const middle = (low + high) / 2;
          if (Math.abs(dot(moved(middle), slope)) < Math.abs(change)) low = middle;
          else high = middle;
        }
        const found = changesTo(Float32Array.from(point), Float32Array.from(slope), change);
        expect(greatestDifference(found, moved(high))).toBeLessThan(1e-5);
      }),
    );
  });

  it('is the point itself where nothing is to be changed, or nothing can be', () => {
    expect([...changesTo(Float32Array.of(0.5, 1), Float32Array.of(1, 2), 0)].map(Math.abs)).toEqual([0, 0]);
    expect([...changesTo(Float32Array.of(0.5, 1), Float32Array.of(0, 0), 1)].map(Math.abs)).toEqual([0, 0]);
  });
});
