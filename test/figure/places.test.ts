import fc from 'fast-check';
import { expect, it } from 'vitest';
import { draw } from '../../src/figure/draw/draw.ts';
import type { Axis, Estimate } from '../../src/figure/figure.ts';
import { toSvg } from '../../src/figure/svg.ts';
import { horizontalAxis, pathsOf, type Reader, verticalAxis } from './read-svg.ts';
import { exact, figure } from './samples.ts';

const axis = (scale: Axis['scale'], format: Axis['format']): Axis => ({ words: 'value', format, scale });
const linear = fc.double({ min: -1e6, max: 1e6, noNaN: true });
const positive = fc.double({ min: -12, max: 12, noNaN: true }).map((power) => 10 ** power);
const estimates = (value: fc.Arbitrary<number>): fc.Arbitrary<Estimate> =>
  fc
    .tuple(value, value, value)
    .map((three) => three.sort((a, b) => a - b))
    .map(([low = 0, middle = 0, high = 0]) => ({ value: middle, low, high, n: 3 }));

const panels = fc.constantFrom<Axis['scale']>('linear', 'log').chain((scale) =>
  fc.record({
    scale: fc.constant(scale),
    format: fc.constantFrom<Axis['format']>('number', 'percent'),
    xs: fc.uniqueArray(scale === 'log' ? positive : linear, { minLength: 2, maxLength: 6 }),
    ys: fc.array(estimates(scale === 'log' ? positive : linear), { minLength: 6, maxLength: 6 }),
  }),
);

it('draws every number of a line and its intervals where the axes say', () => {
  let read = 0;
  fc.assert(
    fc.property(panels, ({ scale, format, xs, ys }) => {
      const points = xs.map((x, i) => ({ x: exact(x), y: ys[i] ?? exact(0) }));
      const svg = toSvg(
        draw(
          figure({
            panels: [
              {
                plot: 'points',
                title: undefined,
                x: axis(scale, 'number'),
                y: axis(scale, format),
                series: [{ words: '', joined: true, spread: 'bars', points }],
              },
            ],
          }),
        ),
      );
      const [across, up] = [horizontalAxis(svg, scale), verticalAxis(svg, scale)];
      const line = pathsOf(svg).find(({ attributes }) => attributes['stroke-width'] === '1.1')?.places ?? [];
      const whiskers = pathsOf(svg).filter(({ attributes }) => attributes['stroke-width'] === '0.8');
      const unit = format === 'percent' ? 100 : 1;
      expect(line).toHaveLength(points.length);
      for (const [i, { x, y }] of points.entries()) {
        const [atX = 0, atY = 0] = line[i] ?? [];
        expectAt(across, atX, x.value, 1);
        expectAt(up, atY, y.value, unit);
        const [from, to] = whiskers[3 * i]?.places ?? [];
        expectAt(up, from?.[1] ?? 0, y.low, unit);
        expectAt(up, to?.[1] ?? 0, y.high, unit);
        if (up) read++;
      }
    }),
  );
  expect(read).toBeGreaterThan(100);
});

it('draws every bar from zero to its number', () => {
  let read = 0;
  fc.assert(
    fc.property(fc.array(estimates(linear), { minLength: 1, maxLength: 5 }), (bars) => {
      const svg = toSvg(
        draw(
          figure({
            panels: [
              {
                plot: 'bars',
                title: undefined,
                y: axis('linear', 'percent'),
                groups: bars.map((_, i) => `g${i}`),
                series: [{ words: '', bars }],
              },
            ],
          }),
        ),
      );
      const up = verticalAxis(svg, 'linear');
      const drawn = pathsOf(svg).filter(({ attributes }) => attributes.fill === '#0072b2');
      expect(drawn).toHaveLength(bars.length);
      for (const [i, { value = 0 }] of bars.entries()) {
        const heights = drawn[i]?.places.map(([, y]) => y) ?? [];
        const [top, bottom] = [Math.min(...heights), Math.max(...heights)];
        expectAt(up, top, Math.max(0, value), 100);
        expectAt(up, bottom, Math.min(0, value), 100);
        if (up) read++;
      }
    }),
  );
  expect(read).toBeGreaterThan(50);
});

function expectAt(reader: Reader | undefined, place: number, value: number | undefined, unit: number): void {
  if (!reader || value === undefined) return;
  const read = reader(place);
  expect(Math.abs(read.value - value * unit)).toBeLessThanOrEqual(read.error);
}
