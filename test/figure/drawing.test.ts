import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { draw } from '../../src/figure/draw/draw.ts';
import type { Drawing, Mark, Path } from '../../src/figure/draw/drawing.ts';
import { widthOf } from '../../src/figure/draw/font.ts';
import type { Axis, Figure, Panel } from '../../src/figure/figure.ts';
import { toPgf } from '../../src/figure/pgf.ts';
import { toSvg } from '../../src/figure/svg.ts';
import { accuracy, barPanel, epsilon, estimate, exact, figure, samples, twoPanels } from './samples.ts';

const words = fc.oneof(fc.string({ unit: 'binary', maxLength: 60 }), fc.lorem({ maxCount: 30 }));
const number = fc.oneof(fc.constant(undefined), fc.double(), fc.double({ min: -1, max: 1 }), fc.constant(0));
const estimates = fc.record({ value: number, low: number, high: number, n: fc.nat(5) });
const axes: fc.Arbitrary<Axis> = fc.record(
  {
    words,
    format: fc.constantFrom('percent', 'number'),
    scale: fc.constantFrom('linear', 'log'),
    ticks: fc.array(fc.record({ value: fc.double(), words }), { maxLength: 8 }),
  },
  { requiredKeys: ['words', 'format', 'scale'] },
);
const titles = fc.option(words, { nil: undefined });
const panels: fc.Arbitrary<Panel> = fc.oneof(
  fc.record({
    plot: fc.constant('points'),
    title: titles,
    x: axes,
    y: axes,
    series: fc.array(
      fc.record({
        words,
        joined: fc.boolean(),
        spread: fc.constantFrom('band', 'bars'),
        points: fc.array(fc.record({ x: estimates, y: estimates, words }), { maxLength: 30 }),
      }),
      { maxLength: 12 },
    ),
  }),
  fc.record({
    plot: fc.constant('bars'),
    title: titles,
    y: axes,
    groups: fc.array(words, { maxLength: 12 }),
    series: fc.array(fc.record({ words, bars: fc.array(estimates, { maxLength: 12 }) }), { maxLength: 12 }),
  }),
) as fc.Arbitrary<Panel>;

describe('any figure', () => {
  it('is drawn within its page, and without a number that is not finite', () => {
    const figures = fc.record({
      panels: fc.array(panels, { maxLength: 5 }),
      title: titles,
      notes: fc.array(words, { maxLength: 3 }),
    });
    fc.assert(
      fc.property(figures, (parts) => {
        const drawing = draw(figure(parts));
        for (const mark of drawing.marks) expect(isWithin(mark, drawing), JSON.stringify(mark)).toBe(true);
        expect(toSvg(drawing)).not.toMatch(/["( ](NaN|-?Infinity|undefined)["), ]/);
        // `[` and `]` of the drawn words are in braces.
        expect(toPgf(drawing).replace(/\{\\strut.*\};$/gm, '')).not.toMatch(/NaN|Infinity|undefined|e[+-]\d/);
      }),
      { numRuns: 60 },
    );
  });
});

describe('a figure', () => {
  it('without any result has axes and says so', () => {
    const empty = figure({
      panels: [
        {
          plot: 'points',
          title: undefined,
          x: epsilon,
          y: accuracy,
          series: [
            { words: '', joined: true, spread: 'band', points: [{ x: exact(0), y: estimate(undefined) }] },
          ],
        },
        { ...barPanel, series: [] },
        { plot: 'images', title: undefined, columns: ['clean'], rows: [] },
      ],
    });
    const said = textsIn(draw(empty));
    expect(said.filter((one) => one === 'no results yet')).toHaveLength(3);
    expect(said).toContain('robust accuracy (%)');
    expect(said).toContain('8/255');
  });

  it('says percent with the numbers of a percentage', () => {
    const said = textsIn(draw(samples.bars ?? empty));
    expect(said).toContain('robust accuracy (%)');
    expect(said).toEqual(expect.arrayContaining(['0', '20', '40', '60', '80']));
  });

  it('draws a series alike in all panels, and twelve series in twelve looks', () => {
    const two = draw(twoPanels).marks.filter(
      (mark): mark is Path => mark.mark === 'path' && mark.line?.width === 1.1,
    );
    const looks = (paths: readonly Path[]) => paths.map(({ line }) => JSON.stringify(line));
    // Each series is in the legend and in both panels.
    expect(looks(two)).toHaveLength(6);
    expect(new Set(looks(two)).size).toBe(2);

    const twelve = figure({
      panels: [
        {
          plot: 'points',
          title: undefined,
          x: epsilon,
          y: accuracy,
          series: Array.from({ length: 12 }, (_, i) => ({
            words: `s${i}`,
            joined: true,
            spread: 'band',
            points: [0, 1].map((x) => ({ x: exact(x), y: estimate(x) })),
          })),
        },
      ],
    });
    const lines = draw(twelve).marks.filter(
      (mark): mark is Path => mark.mark === 'path' && mark.line?.width === 1.1,
    );
    expect(lines).toHaveLength(24);
    expect(new Set(looks(lines)).size).toBe(12);
  });

  it('has gaps where numbers are missing, and no interval where n is 1', () => {
    const points = [0, 1, 2, 3, 4].map((x) => ({
      x: exact(x),
      y: x === 2 ? estimate(undefined) : estimate(x, x > 2 ? 0.5 : undefined),
    }));
    const panel = {
      plot: 'points',
      title: undefined,
      x: { ...accuracy, format: 'number' },
      y: { ...accuracy, format: 'number' },
    } as const;
    const one = (spread: 'band' | 'bars') =>
      draw(figure({ panels: [{ ...panel, series: [{ words: '', joined: true, spread, points }] }] })).marks;
    const lines = one('band').filter(
      (mark): mark is Path => mark.mark === 'path' && mark.line?.width === 1.1,
    );
    expect(lines.map(({ places }) => places.length)).toEqual([2, 2]);
    const bands = one('band').filter(
      (mark): mark is Path => mark.mark === 'path' && mark.fill?.opacity !== undefined,
    );
    expect(bands.map(({ places }) => places.length)).toEqual([4]);
    const whiskers = one('bars').filter(
      (mark): mark is Path => mark.mark === 'path' && mark.line?.width === 0.8,
    );
    expect(whiskers).toHaveLength(2 * 3);
  });

  it('says how many points a logarithmic axis cannot show', () => {
    const log = figure({
      panels: [
        {
          plot: 'points',
          title: undefined,
          x: { ...epsilon, scale: 'log' },
          y: accuracy,
          series: [
            {
              words: '',
              joined: true,
              spread: 'band',
              points: [0, 1, 2].map((x) => ({ x: exact(x), y: estimate(0.5) })),
            },
          ],
        },
      ],
    });
    expect(textsIn(draw(log)).join(' ')).toContain(
      'Left out: 1 point with a number that is not above 0 on a logarithmic axis, or too large.',
    );
  });

  it('does not cut the numbers of an axis off', () => {
    const numbers = { words: 'loss', format: 'number', scale: 'linear' } as const;
    const points = [1, 5].map((i) => ({ x: exact(-1e6 - i / 1e3), y: estimate(-2.5e-7 - i / 1e15) }));
    const narrow = { plot: 'points', title: undefined, x: numbers, y: numbers } as const;
    const panel = { ...narrow, series: [{ words: '', joined: true, spread: 'band', points }] } as const;
    const said = textsIn(draw(figure({ panels: [panel, panel, panel] })));
    expect(said).toContain('−2.50000003×10⁻⁷');
    expect(said.filter((one) => one.includes('…'))).toEqual([]);
  });

  it('has no words of ticks that cover each other', () => {
    for (const one of Object.values(samples)) {
      const { marks } = draw(one);
      const ticks = marks.flatMap((mark) =>
        mark.mark === 'text' && mark.size === 6.5
          ? [{ ...mark, length: widthOf(mark.words, mark.size) }]
          : [],
      );
      const level = ticks.filter(({ anchor }) => anchor === 'middle');
      const upwards = ticks.filter((tick) => tick.upwards);
      for (const [i, a] of level.entries())
        for (const b of level.slice(i + 1))
          if (a.at[1] === b.at[1])
            expect(Math.abs(a.at[0] - b.at[0])).toBeGreaterThan((a.length + b.length) / 2);
      for (const [i, a] of upwards.entries())
        for (const b of upwards.slice(i + 1)) expect(Math.abs(a.at[0] - b.at[0])).toBeGreaterThan(6.5);
    }
  });

  it('is as wide as a column with one panel, and as the text of a page with more', () => {
    expect(draw(samples.line ?? empty).width).toBe(3.25 * 72);
    expect(draw(twoPanels).width).toBe(5.5 * 72);
  });
});

const empty: Figure = figure({});

function textsIn({ marks }: Drawing): string[] {
  return marks.flatMap((mark) => (mark.mark === 'text' ? [mark.words] : []));
}

function isWithin(mark: Mark, { width, height }: Drawing): boolean {
  const inside = ([x, y]: readonly [number, number]) => x >= 0 && x <= width && y >= 0 && y <= height;
  switch (mark.mark) {
    case 'path':
      return mark.places.every(inside);
    case 'circle':
      return inside(mark.centre);
    case 'raster':
      return inside([mark.box.left, mark.box.top]);
    case 'text': {
      const length = widthOf(mark.words, mark.size);
      const before = { start: 0, middle: length / 2, end: length }[mark.anchor];
      const [x, y] = mark.at;
      const ends = [-before, length - before].map((d): [number, number] =>
        mark.upwards ? [x, y - d] : [x + d, y],
      );
      return ends.every(inside);
    }
  }
}
