import { expect, it } from 'vitest';
import { edgesOf } from '../../src/sweep/edge.ts';
import type { Axis, Range } from '../../src/sweep/space.ts';

const axis = (range: Range): Axis[] => [{ name: 'x', range }];

it.each<[Range, number, 'low' | 'high' | undefined]>([
  [{ type: 'uniform', low: 0, high: 10 }, 0.19, 'low'],
  [{ type: 'uniform', low: 0, high: 10 }, 0.21, undefined],
  [{ type: 'uniform', low: 0, high: 10 }, 9.81, 'high'],
  // On the scale from 0.01 to 1, two per cent are a factor of 100^0.02 = 1.0965.
  [{ type: 'log', low: 0.01, high: 1 }, 0.0109, 'low'],
  [{ type: 'log', low: 0.01, high: 1 }, 0.011, undefined],
  [{ type: 'log', low: 0.01, high: 1 }, 0.92, 'high'],
  [{ type: 'log', low: 0.01, high: 1 }, 0.9, undefined],
  [{ type: 'int', low: 1, high: 8 }, 1, 'low'],
  [{ type: 'int', low: 1, high: 8 }, 2, undefined],
  [{ type: 'int', low: 1, high: 8 }, 8, 'high'],
  [{ type: 'int', low: 1, high: 256, log: true }, 250, 'high'],
  [{ type: 'int', low: 1, high: 2 }, 1, undefined],
  [{ type: 'uniform', low: 1, high: 1 }, 1, undefined],
  [{ type: 'choice', values: [1, 2, 4] }, 1, 'low'],
  [{ type: 'choice', values: [1, 2, 4] }, 2, undefined],
  [{ type: 'choice', values: [4, 2, 1] }, 4, 'high'],
  [{ type: 'choice', values: [1, 2] }, 1, undefined],
  [{ type: 'choice', values: [1, 2, 'none'] }, 1, undefined],
])('in %j, %d is at the edge: %s', (range, value, end) => {
  expect(edgesOf(axis(range), { x: value })).toEqual(end === undefined ? [] : [{ axis: 'x', end }]);
});

it('is told for each active axis, and for no text', () => {
  const axes: Axis[] = [
    { name: 'net', range: { type: 'choice', values: ['a', 'b', 'c'] } },
    ...axis({ type: 'uniform', low: 0, high: 1 }),
    { name: 'n', range: { type: 'int', low: 1, high: 9 }, when: { axis: 'net', values: ['b'] } },
  ];
  expect(edgesOf(axes, { net: 'a', x: 1 })).toEqual([{ axis: 'x', end: 'high' }]);
  expect(edgesOf(axes, { net: 'b', x: 0, n: 9 })).toEqual([
    { axis: 'x', end: 'low' },
    { axis: 'n', end: 'high' },
  ]);
});
