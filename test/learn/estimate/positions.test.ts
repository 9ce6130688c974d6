import { expect, test } from 'vitest';
import { positionsOf } from '../../../src/learn/estimate/positions.ts';

test('steps that are all the same are measured at both ends of the training', async () => {
  const at = new Set<number>();
  const { mean } = await positionsOf(800, async (position) => {
    at.add(position);
    return { seconds: 2, flops: 10 };
  });
  expect([...at]).toEqual([50, 750]);
  expect(mean).toEqual({ seconds: 2, flops: 10 });
});

test('of a method that changes, each part of the training counts as long as it lasts', async () => {
  const { mean } = await positionsOf(800, async (position) =>
    position < 700 ? { seconds: 1, flops: 10 } : { seconds: 9, flops: 90 },
  );
  expect(mean).toEqual({ seconds: 2, flops: 20 });
});

test('a run that compiles does not count', async () => {
  let runs = 0;
  const { mean, spent } = await positionsOf(8, async () => ({ seconds: runs++ === 0 ? 100 : 1, flops: 5 }));
  expect(mean.seconds).toBe(1);
  expect(spent).toBe(runs);
});

test('without FLOPs, the seconds are known', async () => {
  const { mean } = await positionsOf(8, async () => ({ seconds: 1, flops: undefined }));
  expect(mean).toEqual({ seconds: 1, flops: undefined });
});
