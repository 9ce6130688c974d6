import { describe, expect, it } from 'vitest';
import { checkpoints, StepSizes } from '../../../src/learn/attack/apgd-steps.ts';

const epsilon = 0.1;

/** The size of one example's step, in epsilons, after each of its objectives. */
function sizes(objectives: readonly number[], start = 0): { sizes: number[]; back: number[] } {
  const steps = new StepSizes(epsilon, 100, Float32Array.of(start));
  const back: number[] = [];
  const found = objectives.map((value, index) => {
    if (steps.observe(Float32Array.of(value))[0]) back.push(index + 1);
    return (steps.sizes[0] ?? Number.NaN) / epsilon;
  });
  return { sizes: found, back };
}

const count = (length: number, value: (index: number) => number) =>
  Array.from({ length }, (_, index) => value(index));

describe('the checkpoints of APGD', () => {
  it('come after the steps of the reference implementation (robustness.md, section 1.3)', () => {
    expect(checkpoints(100)).toEqual([22, 41, 57, 70, 80, 87, 93, 99]);
    expect(checkpoints(50)).toEqual([11, 21, 30, 38, 45]);
    expect(checkpoints(20)).toEqual([4, 7, 9, ...count(11, (index) => 10 + index)]);
    expect(checkpoints(10)).toEqual(count(9, (index) => 2 + index));
    expect(checkpoints(1)).toEqual([1]);
  });
});

describe('the step size of APGD', () => {
  it('is halved at each of 8 checkpoints where the first step is the only one that pays (item 8)', () => {
    const { sizes: found, back } = sizes(count(100, () => 0.57593942));
    expect(back).toEqual(checkpoints(100));
    for (const [index, checkpoint] of checkpoints(100).entries()) {
      expect(found[checkpoint - 2]).toBeCloseTo(2 / 2 ** index, 12);
      expect(found[checkpoint - 1]).toBeCloseTo(2 / 2 ** (index + 1), 12);
    }
    expect(found.at(-1)).toBeCloseTo(0.0078125, 12);
  });

  it('is kept as long as the objective goes up, compared with the start too', () => {
    expect(sizes(count(100, (index) => index + 1)).back).toEqual([]);
    // 16 or 17 of the first 22 steps go up: at most 0.75 of them, or more.
    const upTo = (ups: number) => [...count(ups, (index) => index + 1), ...count(22 - ups, () => 0)];
    expect(sizes(upTo(16)).back).toEqual([22]);
    expect(sizes(upTo(17)).back).toEqual([]);
    expect(sizes(upTo(17), 1).back).toEqual([22]);
  });

  it('is halved where steps go up but the best does not, unless it was halved at the checkpoint before', () => {
    const climbs = (window: number, from: number) => count(window, (index) => from + index);
    const kept = sizes([...climbs(22, 1), ...climbs(19, -100)]);
    expect(kept.back).toEqual([41]);
    const halvedBefore = sizes([...count(22, () => 0), ...climbs(19, -100)]);
    expect(halvedBefore.back).toEqual([22]);
    const halvedLongAgo = sizes([...count(22, () => 0), ...climbs(19, -100), ...climbs(16, -100)]);
    expect(halvedLongAgo.back).toEqual([22, 57]);
  });

  it('is that of each example alone', () => {
    const steps = new StepSizes(epsilon, 100, Float32Array.of(0, 0));
    for (let step = 1; step <= 22; step += 1) steps.observe(Float32Array.of(step, 0));
    expect([...steps.sizes]).toEqual([2 * epsilon, epsilon]);
  });
});
