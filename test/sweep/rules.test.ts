import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  best,
  type Direction,
  halving,
  kept,
  promotions,
  type Result,
  ranked,
} from '../../src/sweep/rules.ts';

const value = (trial: number, value: number): Result => ({ trial, value });
const diverged = (trial: number): Result => ({ trial, diverged: true });

/** Results of trials 0, 1, …; few values, so that there are ties. */
const resultLists = fc
  .array(fc.option(fc.integer({ min: 0, max: 9 })), { maxLength: 40 })
  .map((values) => values.map((one, trial) => (one === null ? diverged(trial) : value(trial, one))));
const keeps = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }))
  .map(([a, b]) => Math.min(a, b) / Math.max(a, b));
const directions = fc.constantFrom<Direction>('maximise', 'minimise');

describe('the best trials', () => {
  const results = [value(3, 0.5), value(0, 0.2), diverged(2), value(1, 0.5), value(4, Number.NaN)];

  it('are those with the highest or lowest values, and of equal ones the lower number', () => {
    expect(best(results, 'maximise', 2)).toEqual([1, 3]);
    expect(best(results, 'minimise', 2)).toEqual([0, 1]);
  });

  it('are never those that diverged, even if there are no others', () => {
    expect(best(results, 'maximise', 5)).toEqual([1, 3, 0]);
    expect(best([diverged(0)], 'minimise', 1)).toEqual([]);
  });

  it('come before those that diverged, in the order of their numbers', () => {
    expect(ranked(results, 'maximise')).toEqual([1, 3, 0, 2, 4]);
    expect(ranked(results, 'minimise')).toEqual([0, 1, 3, 2, 4]);
  });

  it('do not depend on the order of the results', () => {
    const shuffled = resultLists.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );
    fc.assert(
      fc.property(shuffled, directions, ([list, other], direction) => {
        expect(ranked(other, direction)).toEqual(ranked(list, direction));
      }),
    );
  });
});

describe('the share that is kept', () => {
  it('is that of the fraction, not of its floating-point number', () => {
    const fractions = fc
      .tuple(fc.integer({ min: 1, max: 9999 }), fc.integer({ min: 1, max: 9999 }))
      .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
    fc.assert(
      fc.property(fc.nat(999_999), fractions, (count, [numerator, denominator]) => {
        const exact = Number((BigInt(count) * BigInt(numerator)) / BigInt(denominator));
        expect(kept(count, numerator / denominator)).toBe(exact);
      }),
      {
        numRuns: 2000,
        examples: [
          [100, [29, 100]],
          [27, [1, 3]],
          [49, [1, 49]],
        ],
      },
    );
  });
});

describe('successive halving', () => {
  it('keeps the floor of the share, at least one, in the order of the trials', () => {
    const results = [
      value(0, 0.1),
      value(1, 0.9),
      value(2, 0.5),
      value(3, 0.8),
      value(4, 0.2),
      value(5, 0.7),
    ];
    expect(halving(results, 1 / 3, 'maximise')).toEqual([1, 3]);
    expect(halving(results.slice(0, 5), 1 / 3, 'maximise')).toEqual([1]);
    expect(halving(results.slice(0, 2), 1 / 3, 'minimise')).toEqual([0]);
  });

  it('counts those that diverged, but keeps none of them', () => {
    expect(halving([diverged(0), diverged(1), value(2, 1), diverged(3)], 1 / 2, 'maximise')).toEqual([2]);
    expect(halving([diverged(0), diverged(1)], 1 / 2, 'maximise')).toEqual([]);
  });
});

describe('asynchronous halving', () => {
  it('promotes a trial when it comes among the best of those before it, and one of before if there is a place', () => {
    const results = [
      value(0, 0.5),
      value(1, 0.4),
      value(2, 0.1),
      value(3, 0.9),
      value(4, 0.2),
      value(5, 0.3),
    ];
    // ⌊m / 3⌋ is 0, 0, 1, 1, 1, 2. Trial 3 pushes trial 0 out after trial 0 was promoted.
    expect(promotions(results, 1 / 3, 'maximise')).toEqual([
      undefined,
      undefined,
      0,
      3,
      undefined,
      undefined,
    ]);
    expect(promotions(results, 1 / 3, 'minimise')).toEqual([
      undefined,
      undefined,
      2,
      undefined,
      undefined,
      4,
    ]);
  });

  it('has after each result promoted whoever was among the best of any beginning, and nobody else', () => {
    fc.assert(
      fc.property(resultLists, keeps, directions, (results, keep, direction) => {
        const promoted = promotions(results, keep, direction);
        const expected = new Set<number>();
        for (const [index, trial] of promoted.entries()) {
          const before = expected.size;
          const known = results.slice(0, index + 1);
          for (const one of best(known, direction, kept(index + 1, keep))) expected.add(one);
          // One at most, so that the list of promotions says all.
          expect(expected.size - before).toBe(trial === undefined ? 0 : 1);
          expect([...expected].at(-1)).toBe(
            promoted.slice(0, index + 1).findLast((one) => one !== undefined),
          );
        }
        expect(new Set(promoted.filter((one) => one !== undefined))).toEqual(expected);
      }),
    );
  });

  it('takes no decision back when further results are known', () => {
    fc.assert(
      fc.property(resultLists, keeps, directions, fc.nat(40), (results, keep, direction, length) => {
        const all = promotions(results, keep, direction);
        expect(promotions(results.slice(0, length), keep, direction)).toEqual(all.slice(0, length));
      }),
    );
  });

  it('promotes at least as many as successive halving, and its best trial', () => {
    fc.assert(
      fc.property(resultLists, keeps, directions, (results, keep, direction) => {
        const promoted = promotions(results, keep, direction);
        if (kept(results.length, keep) < 1) return;
        for (const trial of halving(results, keep, direction)) expect(promoted).toContain(trial);
      }),
    );
  });

  it('starts the same trials on all rungs in every order of completion, on any number of workers', () => {
    const sweeps = fc.record({
      values: fc.array(fc.array(fc.option(fc.nat(9)), { minLength: 3, maxLength: 3 }), {
        minLength: 1,
        maxLength: 27,
      }),
      keep: keeps,
      direction: directions,
    });
    const choices = () => fc.infiniteStream(fc.nat(1000));
    fc.assert(
      fc.property(
        sweeps,
        fc.integer({ min: 1, max: 8 }),
        choices(),
        choices(),
        ({ values, keep, direction }, workers, a, b) => {
          const result = (rung: number, trial: number) => {
            const one = values[trial]?.[rung] ?? null;
            return one === null ? diverged(trial) : value(trial, one);
          };
          const sweep = { trials: values.length, rungs: 3, keep, direction, result };
          expect(simulate(sweep, workers, () => a.next().value)).toEqual(
            simulate(sweep, 1, () => b.next().value),
          );
        },
      ),
    );
  });
});

interface Sweep {
  readonly trials: number;
  readonly rungs: number;
  readonly keep: number;
  readonly direction: Direction;
  result(rung: number, trial: number): Result;
}

/**
 * Runs a sweep on some workers, of which any can finish first.
 * @param choose which of the running trials finishes next
 * @returns the trials of each rung in the order in which they entered it
 */
function simulate({ trials, rungs, keep, direction, result }: Sweep, workers: number, choose: () => number) {
  const entered: number[][] = [[...Array(trials).keys()], ...Array.from({ length: rungs - 1 }, () => [])];
  const finished = Array.from({ length: rungs }, () => new Map<number, Result>());
  const running: { rung: number; trial: number }[] = [];
  const started = new Set<string>();
  for (;;) {
    for (const [rung, list] of entered.entries()) {
      for (const trial of list) {
        if (running.length === workers || started.has(`${rung} ${trial}`)) continue;
        started.add(`${rung} ${trial}`);
        running.push({ rung, trial });
      }
    }
    if (running.length === 0) return entered;
    const [done] = running.splice(choose() % running.length, 1);
    if (done === undefined) throw new Error('nothing runs');
    finished[done.rung]?.set(done.trial, result(done.rung, done.trial));
    for (let rung = 0; rung + 1 < rungs; rung += 1) {
      const known: Result[] = [];
      for (const trial of entered[rung] ?? []) {
        const one = finished[rung]?.get(trial);
        if (one === undefined) break;
        known.push(one);
      }
      const next = promotions(known, keep, direction).filter((trial) => trial !== undefined);
      const before = entered[rung + 1] ?? [];
      // Never revoked: what was entered stays, in its order.
      expect(next.slice(0, before.length)).toEqual(before);
      entered[rung + 1] = next;
    }
  }
}
