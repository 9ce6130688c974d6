import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../src/json.ts';
import { haltonCoordinate, primes, radicalInverse, randomCoordinate } from '../../src/sweep/coordinates.ts';
import { points } from '../../src/sweep/points.ts';
import type { Axis } from '../../src/sweep/space.ts';

const net: Axis = { name: 'net', range: { type: 'choice', values: ['small', 'large'] } };
const lr: Axis = { name: 'lr', range: { type: 'log', low: 0.01, high: 1 } };
const alpha: Axis = { name: 'alpha', range: { type: 'uniform', low: 0.1, high: 2 } };
const steps: Axis = { name: 'steps', range: { type: 'int', low: 1, high: 10 } };
const width: Axis = {
  name: 'width',
  range: { type: 'int', low: 1, high: 64, log: true },
  when: { axis: 'net', values: ['large'] },
};

const seeds = fc.integer();
const samplers = fc.constantFrom('random' as const, 'halton' as const);
const spaces = fc.shuffledSubarray([net, lr, alpha, steps], { minLength: 1 });

describe('the radical inverse', () => {
  // Halton 1960, and every text on the sequence.
  it.each([
    [2, [0, 1 / 2, 1 / 4, 3 / 4, 1 / 8, 5 / 8, 3 / 8, 7 / 8]],
    [3, [0, 1 / 3, 2 / 3, 1 / 9, 4 / 9, 7 / 9, 2 / 9, 5 / 9]],
    [5, [0, 1 / 5, 2 / 5, 3 / 5, 4 / 5, 1 / 25, 6 / 25, 11 / 25]],
  ])('in base %d has the known first elements', (base, known) => {
    for (const [index, element] of known.entries())
      expect(radicalInverse(index, base)).toBeCloseTo(element, 15);
  });
});

describe('the scrambled Halton sequence', () => {
  it('has one of any base^k trials in a row in each of base^k equal parts', () => {
    const cases = fc.record({
      base: fc.constantFrom(...primes(8)),
      power: fc.constantFrom(1, 2),
      start: fc.nat(10_000),
      seed: seeds,
    });
    fc.assert(
      fc.property(cases, ({ base, power, start, seed }) => {
        const coordinate = haltonCoordinate(seed, 'lr', base);
        const parts = base ** power;
        const row = Array.from({ length: parts }, (_, index) =>
          Math.floor(coordinate(start + index) * parts),
        );
        expect(row.sort((a, b) => a - b)).toEqual([...Array(parts).keys()]);
      }),
      { numRuns: 60 },
    );
  });

  it('permutes the digits of each position by the order of their digests, for every machine', () => {
    // The orders of sha256('["halton",7,"lr",POSITION,DIGIT]'), by Python's hashlib.
    const [first, second] = [
      [1, 0, 2],
      [0, 2, 1],
    ];
    const coordinate = haltonCoordinate(7, 'lr', 3);
    for (let trial = 0; trial < 9; trial += 1) {
      const digits = [first[trial % 3] ?? 0, second[Math.floor(trial / 3)] ?? 0];
      expect(Math.floor(coordinate(trial) * 9)).toBe((digits[0] ?? 0) * 3 + (digits[1] ?? 0));
    }
  });

  it('covers a plane of two large bases more evenly than the plain one', () => {
    const counts = (x: (i: number) => number, y: (i: number) => number) =>
      new Set(Array.from({ length: 40 }, (_, i) => `${Math.floor(x(i) * 5)},${Math.floor(y(i) * 5)}`)).size;
    const plain = counts(
      (i) => radicalInverse(i, 41),
      (i) => radicalInverse(i, 43),
    );
    const scrambled = counts(haltonCoordinate(1, 'a', 41), haltonCoordinate(1, 'b', 43));
    expect(scrambled).toBeGreaterThan(1.5 * plain);
  });
});

describe('random coordinates', () => {
  it('are digests, the same on every machine', () => {
    // int(sha256('["random",7,"lr",0]').hexdigest()[:12], 16) / 2**48 of Python's hashlib.
    expect([0, 1].map(randomCoordinate(7, 'lr'))).toEqual([0.8746926292448656, 0.2624027288490538]);
  });

  it('are uniform', () => {
    const counts = Array<number>(10).fill(0);
    const coordinate = randomCoordinate(3, 'lr');
    for (let trial = 0; trial < 5000; trial += 1) {
      const part = Math.floor(coordinate(trial) * 10);
      counts[part] = (counts[part] ?? 0) + 1;
    }
    const chiSquared = counts.reduce((sum, count) => sum + (count - 500) ** 2 / 500, 0);
    expect(chiSquared).toBeLessThan(27.88); // the 99.9th percentile with 9 degrees of freedom
  });
});

describe('the points of a sweep', () => {
  it('stay when there are more trials', () => {
    fc.assert(
      fc.property(samplers, spaces, seeds, fc.nat(20), fc.nat(20), (sampler, axes, seed, few, more) => {
        const long = points({ axes, sampler, seed, trials: few + more });
        expect(points({ axes, sampler, seed, trials: few })).toEqual(long.slice(0, few));
      }),
    );
  });

  it('keep the values of the other axes when an axis is added at the end', () => {
    const added: Axis = { name: 'added', range: { type: 'uniform', low: 0, high: 1 } };
    fc.assert(
      fc.property(samplers, spaces, seeds, (sampler, axes, seed) => {
        const longer = points({ axes: [...axes, added], sampler, seed, trials: 9 });
        const others = longer.map(({ added: _, ...point }) => point);
        expect(others).toEqual(points({ axes, sampler, seed, trials: 9 }));
      }),
    );
  });

  it('differ between seeds', () => {
    fc.assert(
      fc.property(samplers, seeds, (sampler, seed) => {
        const of = (seed: number) => points({ axes: [lr], sampler, seed, trials: 9 });
        expect(of(seed)).not.toEqual(of(seed + 1));
      }),
    );
  });

  it('have an axis with a condition only where it holds, and with conditions on conditions', () => {
    const depth: Axis = { ...steps, name: 'depth', when: { axis: 'width', values: [...Array(65).keys()] } };
    fc.assert(
      fc.property(samplers, seeds, (sampler, seed) => {
        for (const point of points({ axes: [net, width, depth], sampler, seed, trials: 8 })) {
          const names = point.net === 'large' ? ['net', 'width', 'depth'] : ['net'];
          expect(Object.keys(point)).toEqual(names);
        }
      }),
    );
  });

  it('have numbers of few digits within the range', () => {
    const ends = fc
      .tuple(fc.double({ min: 1e-6, max: 1e6, noNaN: true }), fc.double({ min: 1e-6, max: 1e6, noNaN: true }))
      .map(([a, b]) => ({ low: Math.min(a, b), high: Math.max(a, b) }));
    const types = fc.constantFrom('uniform' as const, 'log' as const);
    fc.assert(
      fc.property(samplers, types, ends, seeds, (sampler, type, { low, high }, seed) => {
        for (const { x } of points({
          axes: [{ name: 'x', range: { type, low, high } }],
          sampler,
          seed,
          trials: 5,
        })) {
          const value = Number(x);
          expect(value).toBeGreaterThanOrEqual(low);
          expect(value).toBeLessThanOrEqual(high);
          const short = high > 1.5 * low && value !== low && value !== high;
          if (short) expect(value).toBe(Number(value.toPrecision(5)));
        }
      }),
    );
  });

  it('spread over a narrow range of large numbers', () => {
    const axes: Axis[] = [{ name: 'x', range: { type: 'uniform', low: 1000, high: 1001 } }];
    const values = points({ axes, sampler: 'halton', seed: 1, trials: 32 }).map(({ x }) => x);
    expect(new Set(values).size).toBe(32);
  });

  it('of a logarithmic axis lie evenly between its powers of ten', () => {
    const counts = [0, 0];
    for (const { lr: value } of points({ axes: [lr], sampler: 'halton', seed: 5, trials: 64 })) {
      const decade = Number(value) < 0.1 ? 0 : 1;
      counts[decade] = (counts[decade] ?? 0) + 1;
    }
    expect(counts).toEqual([32, 32]);
  });

  it.each([
    [{ type: 'int', low: -2, high: 5 } as const, [-2, -1, 0, 1, 2, 3, 4, 5], [8, 8, 8, 8, 8, 8, 8, 8]],
    // From 1 to 8, n has the part log2((n + 1) / n) / 3: 1 has a third, 2 and 3 have one together.
    [{ type: 'int', low: 1, high: 7, log: true } as const, [1, 2, 3, 4, 5, 6, 7], undefined],
  ])('of whole numbers have all of them, and no others: %j', (range, all, evenly) => {
    const values = points({ axes: [{ name: 'n', range }], sampler: 'halton', seed: 2, trials: 64 }).map(
      ({ n }) => n,
    );
    expect([...new Set(values)].sort((a, b) => Number(a) - Number(b))).toEqual(all);
    const count = (one: Json) => values.filter((value) => value === one).length;
    if (evenly) expect(all.map(count)).toEqual(evenly);
    else expect(Math.abs(count(1) - (count(2) + count(3)))).toBeLessThanOrEqual(2);
  });
});

describe('a grid', () => {
  it('has all combinations in the order of the axes, the last one fastest', () => {
    const two: Axis = { name: 'steps', range: { type: 'int', low: 1, high: 2 } };
    const all = [
      { net: 'small', steps: 1 },
      { net: 'small', steps: 2 },
      { net: 'large', steps: 1 },
      { net: 'large', steps: 2 },
    ];
    const axes = [net, two];
    expect(points({ axes, sampler: 'grid', seed: 0, trials: 100 })).toEqual(all);
    expect(points({ axes, sampler: 'grid', seed: 0, trials: 3 })).toEqual(all.slice(0, 3));
  });

  it('does not repeat a point for an axis that is not active', () => {
    const two: Axis = {
      name: 'steps',
      range: { type: 'int', low: 1, high: 2 },
      when: { axis: 'net', values: ['large'] },
    };
    expect(points({ axes: [net, two], sampler: 'grid', seed: 0, trials: 100 })).toEqual([
      { net: 'small' },
      { net: 'large', steps: 1 },
      { net: 'large', steps: 2 },
    ]);
  });

  it('ends at the number of trials, however many combinations there are', () => {
    const many: Axis = { name: 'n', range: { type: 'int', low: 1, high: 1e9 } };
    expect(points({ axes: [many, many], sampler: 'grid', seed: 0, trials: 2 })).toHaveLength(2);
  });

  it('is refused for a range of numbers', () => {
    expect(() => points({ axes: [lr], sampler: 'grid', seed: 0, trials: 1 })).toThrow(RangeError);
  });
});
