import fc from 'fast-check';
import { expect, test } from 'vitest';
import { drawCells } from '../../src/verify/sample.ts';

const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 });
const cellsOf = (counts: readonly number[]) =>
  counts.flatMap((count, stage) =>
    Array.from({ length: count }, (_, i) => ({ id: `s${stage}[i=${i}]`, stage: `s${stage}` })),
  );
const drawnOf = (drawn: ReadonlySet<string>, stage: number) =>
  [...drawn].filter((id) => id.startsWith(`s${stage}[`));

test('a number of cells is drawn exactly, from every stage if it is large enough', () => {
  fc.assert(
    fc.property(sizes, fc.integer({ min: 1, max: 300 }), fc.nat(), (counts, wanted, seed) => {
      const cells = cellsOf(counts);
      const drawn = drawCells(cells, { cells: wanted }, seed);
      expect(drawn.size).toBe(Math.min(wanted, cells.length));
      const perStage = counts.map((_, stage) => drawnOf(drawn, stage).length);
      if (wanted >= counts.length) expect(Math.min(...perStage)).toBeGreaterThan(0);
      else expect(Math.max(...perStage)).toBe(1);
      expect(cells.map(({ id }) => id)).toEqual(expect.arrayContaining([...drawn]));
    }),
  );
});

test('a share is rounded up in each stage, and the draw of a stage does not depend on the others', () => {
  fc.assert(
    fc.property(sizes, fc.integer({ min: 1, max: 100 }), fc.nat(), (counts, percent, seed) => {
      const cells = cellsOf(counts);
      const drawn = drawCells(cells, { percent }, seed);
      for (const [stage, count] of counts.entries()) {
        const own = drawnOf(drawn, stage);
        expect(own).toHaveLength(Math.ceil((count * percent) / 100));
        const alone = drawCells(
          cells.filter((cell) => cell.stage === `s${stage}`),
          { percent },
          seed,
        );
        expect(new Set(own)).toEqual(alone);
      }
      expect(drawCells(cells.toReversed(), { percent }, seed)).toEqual(drawn);
    }),
  );
});

test('over many seeds, every cell is drawn about as often', () => {
  const cells = cellsOf([20]);
  const counts = new Map<string, number>();
  for (let seed = 0; seed < 1000; seed++)
    for (const id of drawCells(cells, { percent: 25 }, seed)) counts.set(id, (counts.get(id) ?? 0) + 1);
  // 250 expected, with a standard deviation of 13.7: 5 of them.
  for (const { id } of cells) expect(Math.abs((counts.get(id) ?? 0) - 250)).toBeLessThan(69);
});
