import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Dataset } from '../../../src/learn/data/dataset.ts';
import { subset } from '../../../src/learn/data/subset.ts';

/** Each record's image tells its place. */
function withLabels(labels: readonly number[], classes = 4): Dataset {
  return {
    images: Uint8Array.from(labels, (_, place) => place),
    labels: Int32Array.from(labels),
    shape: [1, 1, 1],
    classes: Array.from({ length: classes }, (_, k) => `class-${k}`),
  };
}

const datasets = fc.array(fc.nat(3), { minLength: 1, maxLength: 200 }).map((labels) => withLabels(labels));
const withCount = datasets.chain((dataset) =>
  fc.record({
    dataset: fc.constant(dataset),
    count: fc.integer({ min: 1, max: dataset.labels.length }),
    seed: fc.integer(),
  }),
);
const counts = (dataset: Dataset) =>
  dataset.classes.map((_, k) => dataset.labels.filter((label) => label === k).length);
const repeat = (label: number, times: number) => new Array<number>(times).fill(label);

describe('a subset', () => {
  it('has the asked count, and of each class its share up to less than one record', () => {
    fc.assert(
      fc.property(withCount, ({ dataset, count, seed }) => {
        const part = subset(dataset, { count }, seed);
        expect(part.labels.length).toBe(count);
        const whole = counts(dataset);
        for (const [k, found] of counts(part).entries()) {
          expect(Math.abs(found - (count * (whole[k] ?? 0)) / dataset.labels.length)).toBeLessThan(1);
        }
      }),
    );
  });

  it('is made of records of the set, each once, with their labels, in their order', () => {
    fc.assert(
      fc.property(withCount, ({ dataset, count, seed }) => {
        const part = subset(dataset, { count }, seed);
        const places = [...part.images];
        expect(places).toEqual([...new Set(places)].sort((a, b) => a - b));
        expect([...part.labels]).toEqual(places.map((place) => dataset.labels[place]));
      }),
    );
  });

  it('is the same for the same seed, and another one for another', () => {
    const dataset = withLabels([...repeat(0, 100), ...repeat(1, 100)]);
    const part = subset(dataset, { count: 50 }, 1);
    expect(subset(dataset, { count: 50 }, 1)).toEqual(part);
    expect(subset(dataset, { count: 50 }, 2).images).not.toEqual(part.images);
  });

  it('rounds shares by the quota method, at equal claims for the lower label', () => {
    const dataset = withLabels([...repeat(0, 5), ...repeat(1, 3), ...repeat(2, 2)], 3);
    expect(counts(subset(dataset, { count: 7 }, 1))).toEqual([4, 2, 1]); // 3.5, 2.1, 1.4
    expect(counts(subset(dataset, { count: 3 }, 1))).toEqual([2, 1, 0]); // 1.5, 0.9, 0.6
    expect(counts(subset(withLabels([0, 0, 1, 1, 2, 2], 3), { count: 4 }, 1))).toEqual([2, 1, 1]); // 1.33 each
    // The paradox of Alabama: by largest remainders it would be [1, 1, 1] of 3, and [0, 2, 2] of 4.
    const states = withLabels([0, 1, 1, 1, 2, 2, 2], 3);
    expect(counts(subset(states, { count: 3 }, 1))).toEqual([0, 2, 1]);
    expect(counts(subset(states, { count: 4 }, 1))).toEqual([0, 2, 2]);
  });

  it('is part of each larger one by the same seed', () => {
    const twoCounts = withCount.chain((drawn) =>
      fc.integer({ min: 1, max: drawn.count }).map((less) => ({ ...drawn, less })),
    );
    const within = (small: Dataset, large: Dataset) =>
      expect([...large.images]).toEqual(expect.arrayContaining([...small.images]));
    fc.assert(
      fc.property(twoCounts, ({ dataset, count, less, seed }) => {
        within(subset(dataset, { count: less }, seed), subset(dataset, { count }, seed));
        within(subset(dataset, { fraction: 1 / 2 }, seed), subset(dataset, { fraction: 2 / 3 }, seed));
      }),
    );
    const dataset = withLabels([...repeat(0, 20), ...repeat(1, 100)], 2);
    within(subset(dataset, { perClass: 3 }, 1), subset(dataset, { perClass: 11 }, 1));
  });

  it('can be a fraction, rounded half up', () => {
    const dataset = withLabels([...repeat(0, 5), ...repeat(1, 5)], 2);
    expect(counts(subset(dataset, { fraction: 0.4 }, 1))).toEqual([2, 2]);
    expect(subset(dataset, { fraction: 0.25 }, 1).labels.length).toBe(3);
    expect(subset(dataset, { fraction: 1 }, 1)).toEqual(dataset);
  });

  it('can be a count of each class', () => {
    const dataset = withLabels([...repeat(1, 5), ...repeat(0, 9)], 2);
    expect(counts(subset(dataset, { perClass: 4 }, 1))).toEqual([4, 4]);
    expect(() => subset(dataset, { perClass: 6 }, 1)).toThrow(
      'The class "class-1" has only 5 examples, not 6.',
    );
  });

  it('is refused for sizes that make no sense', () => {
    const dataset = withLabels([0, 1]);
    for (const size of [
      { count: 0 },
      { count: 1.5 },
      { count: 3 },
      { fraction: 0 },
      { fraction: 1.1 },
      { fraction: 0.1 },
      { perClass: -1 },
    ]) {
      expect(() => subset(dataset, size, 1)).toThrow(expect.objectContaining({ reason: 'bad-subset' }));
    }
  });
});
