import fc from 'fast-check';
import { expect, it } from 'vitest';
import { startAhead } from '../../../src/learn/data/start-ahead.ts';

it('no more pieces than allowed are started and not given up, in whatever order they end', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 12 }),
      fc.integer({ min: 1, max: 5 }),
      fc.func(fc.nat(3)),
      async (total, most, delay) => {
        const started: number[] = [];
        const take = startAhead(total, most, async (piece) => {
          started.push(piece);
          for (let turn = 0; turn < delay(piece); turn += 1) await Promise.resolve();
          return piece;
        });
        for (let piece = 0; piece < total; piece += 1) {
          expect(await take(piece)).toBe(piece);
          // Pieces before this one are given up.
          expect(started.length - piece).toBeLessThanOrEqual(most);
          expect(started.length).toBe(Math.min(piece + most, total));
        }
        expect(started).toEqual(Array.from({ length: total }, (_, piece) => piece));
      },
    ),
  );
});

it('a piece may be taken again, and pieces may be left out', async () => {
  const started: number[] = [];
  const take = startAhead(10, 3, async (piece) => started.push(piece));
  await take(0);
  await take(0);
  expect(started).toEqual([0, 1, 2]);
  await take(7);
  expect(started).toEqual([0, 1, 2, 7, 8, 9]);
  expect(() => take(10)).toThrow(RangeError);
});

it('the error of a piece is given to whoever takes it, and to nobody if it is not taken', async () => {
  const take = startAhead(3, 3, async (piece) => {
    if (piece > 0) throw new Error(`piece ${piece}`);
  });
  await take(0);
  await expect(take(1)).rejects.toThrow('piece 1');
});
