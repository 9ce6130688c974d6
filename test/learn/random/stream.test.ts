import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stream } from '../../../src/learn/random/stream.ts';

/** Kolmogorov-Smirnov distance of a sample from a distribution function, times √n; above 1.95 has p < 0.001. */
function kolmogorov(sample: readonly number[], cdf: (x: number) => number): number {
  const sorted = [...sample].sort((a, b) => a - b);
  const n = sorted.length;
  const gaps = sorted.map((x, i) => Math.max(cdf(x) - i / n, (i + 1) / n - cdf(x)));
  return Math.sqrt(n) * Math.max(...gaps);
}

/** Φ, through the series of the error function (Abramowitz and Stegun 7.1.6). */
function normalCdf(x: number): number {
  if (Math.abs(x) > 6) return x > 0 ? 1 : 0;
  let term = x;
  let sum = x;
  for (let k = 1; k < 200; k += 1) {
    term *= (x * x) / (2 * k + 1);
    sum += term;
  }
  return 0.5 + (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
}

const many = 20_000;
const draw = (next: () => number) => Array.from({ length: many }, next);

function moments(sample: ArrayLike<number>) {
  const values = Array.from(sample);
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length;
  return { mean, variance };
}

describe('a stream', () => {
  it('gives the same numbers on every machine', () => {
    const random = stream(1, 'frozen', 2, 3);
    expect([random.float(), random.int(1000), random.normal(), random.beta(0.2, 0.2)]).toMatchInlineSnapshot(`
      [
        0.4722977795172483,
        316,
        0.016613067370478716,
        0.999929622584049,
      ]
    `);
    expect([...stream(1, 'frozen').permutation(10)]).toMatchInlineSnapshot(`
      [
        9,
        8,
        0,
        6,
        3,
        1,
        2,
        5,
        4,
        7,
      ]
    `);
    expect([...stream(1, 'frozen').uniform(3, -1, 1)]).toMatchInlineSnapshot(`
      [
        0.4713139235973358,
        -0.07286197692155838,
        0.47709256410598755,
      ]
    `);
  });

  it('starts over when it is asked for again', () => {
    const first = stream(7, 'start', 3, 11);
    const again = stream(7, 'start', 3, 11);
    expect(first.uniform(50, 0, 1)).toEqual(again.uniform(50, 0, 1));
    expect(first.normals(51)).toEqual(again.normals(51));
    expect(first.normal()).toBe(again.normal());
  });

  it('is another one for another seed, name or counter', () => {
    const ids = [
      [1, 'a'],
      [2, 'a'],
      [1, 'b'],
      [1, 'a', 0],
      [1, 'a', 1],
      [1, 'a', 0, 1],
      [1, 'a', 1, 0],
      [1, 'a,0'],
      [-1, 'a'],
      [2 ** 40, 'a'],
    ] as const;
    const firsts = ids.map(([seed, name, ...counters]) => stream(seed, name, ...counters).float());
    expect(new Set(firsts).size).toBe(ids.length);
  });

  it('is not correlated with the streams of other names and counters', () => {
    const a = draw(stream(1, 'a').float);
    for (const other of [stream(1, 'b'), stream(2, 'a'), stream(1, 'a', 1)]) {
      const b = draw(other.float);
      const product = a.reduce((sum, x, i) => sum + (x - 0.5) * ((b[i] ?? 0) - 0.5), 0);
      // Correlation times √n is standard normal.
      expect(Math.abs((product / many) * 12 * Math.sqrt(many))).toBeLessThan(3.5);
    }
  });

  it('refuses a seed or a counter that is no whole number', () => {
    expect(() => stream(0.5, 'a')).toThrow(RangeError);
    expect(() => stream(1, 'a', Number.NaN)).toThrow(RangeError);
    expect(() => stream(1, 'a', 2 ** 53)).toThrow(RangeError);
  });
});

describe('float and uniform', () => {
  it('are uniform', () => {
    expect(kolmogorov(draw(stream(1, 'float').float), (x) => x)).toBeLessThan(1.95);
    const values = [...stream(1, 'uniform').uniform(many, -3, 5)];
    expect(kolmogorov(values, (x) => (x + 3) / 8)).toBeLessThan(1.95);
  });

  it('stay within their bounds', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.float({ noNaN: true, min: -1000, max: 1000 }),
        fc.float({ noNaN: true, min: 0, max: 1000 }),
        (seed, low, width) => {
          const high = Math.fround(low + width);
          return stream(seed, 'bounds')
            .uniform(20, low, high)
            .every((x) => x >= low && x <= high);
        },
      ),
    );
  });
});

describe('int', () => {
  it('gives each number equally often, also where the bound does not divide 2^32', () => {
    // Chi-square quantiles of p = 0.001 with bound - 1 degrees of freedom.
    for (const [bound, limit] of [
      [2, 10.8],
      [3, 13.8],
      [10, 27.9],
      [1000, 1142.9],
    ] as const) {
      const random = stream(5, 'int', bound);
      const counts = new Array<number>(bound).fill(0);
      for (let i = 0; i < many; i += 1) {
        const k = random.int(bound);
        counts[k] = (counts[k] ?? 0) + 1;
      }
      const expected = many / bound;
      const chi = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
      expect(chi).toBeLessThan(limit);
    }
  });

  it('has no bias at a bound where taking the remainder has a large one', () => {
    const bound = 3 * 2 ** 30;
    const random = stream(5, 'bias');
    const low = draw(() => random.int(bound)).filter((x) => x < 2 ** 30).length;
    expect(Math.abs(low / many - 1 / 3)).toBeLessThan(4 * Math.sqrt(2 / 9 / many));
  });

  it('takes 1 and 2^32 and refuses other bounds', () => {
    const random = stream(1, 'int');
    expect(random.int(1)).toBe(0);
    expect(random.int(2 ** 32)).toBeLessThan(2 ** 32);
    for (const bound of [0, -1, 1.5, 2 ** 32 + 1, Number.NaN])
      expect(() => random.int(bound)).toThrow(RangeError);
  });
});

describe('normal', () => {
  it('is standard normal', () => {
    expect(kolmogorov(draw(stream(1, 'normal').normal), normalCdf)).toBeLessThan(1.95);
    const { mean, variance } = moments(stream(2, 'normal').normals(many));
    expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(many));
    expect(Math.abs(variance - 1)).toBeLessThan(4 * Math.sqrt(2 / many));
  });
});

describe('beta', () => {
  it.each([
    [1, 1, (x: number) => x],
    [2, 1, (x: number) => x ** 2],
    [1, 3, (x: number) => 1 - (1 - x) ** 3],
    [2, 2, (x: number) => 3 * x ** 2 - 2 * x ** 3],
    [0.5, 0.5, (x: number) => (2 / Math.PI) * Math.asin(Math.sqrt(x))],
    [0.25, 1, (x: number) => x ** 0.25],
  ])('(%d, %d) has the distribution of the closed form', (a, b, cdf) => {
    const random = stream(3, 'beta');
    expect(
      kolmogorov(
        draw(() => random.beta(a, b)),
        cdf,
      ),
    ).toBeLessThan(1.95);
  });

  it('has the mean and variance of any parameters', () => {
    for (const [a, b] of [
      [0.2, 0.2],
      [0.3, 4],
      [5, 2.5],
    ] as const) {
      const random = stream(4, 'beta');
      const { mean, variance } = moments(draw(() => random.beta(a, b)));
      const expected = (a * b) / ((a + b) ** 2 * (a + b + 1));
      expect(Math.abs(mean - a / (a + b))).toBeLessThan(4 * Math.sqrt(expected / many));
      expect(Math.abs(variance / expected - 1)).toBeLessThan(0.05);
    }
  });

  it('is a number of [0, 1] even for tiny parameters, and refuses others', () => {
    const random = stream(4, 'tiny');
    for (let i = 0; i < 500; i += 1) {
      const value = random.beta(1e-4, 1e-4);
      expect(value >= 0 && value <= 1).toBe(true);
    }
    for (const bad of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => random.beta(bad, 1)).toThrow(RangeError);
    }
  });
});

describe('permutation', () => {
  it('has each number once', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(300), (seed, n) => {
        const order = stream(seed, 'order').permutation(n);
        expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
      }),
    );
  });

  it('gives all orders of three equally often', () => {
    const counts = new Map<string, number>();
    for (let i = 0; i < 6000; i += 1) {
      const order = stream(9, 'orders', i).permutation(3).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    const chi = [...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(chi).toBeLessThan(20.5); // p = 0.001 with 5 degrees of freedom
  });
});
