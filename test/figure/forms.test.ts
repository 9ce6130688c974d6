import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { toCsv } from '../../src/figure/csv.ts';
import type { Estimate, Figure } from '../../src/figure/figure.ts';
import { toJson } from '../../src/figure/json.ts';
import { toVegaLite } from '../../src/figure/vega-lite.ts';

const exactly = (value: number): Estimate => ({ value, low: undefined, high: undefined, n: 0 });
const mean = (value: number): Estimate => ({ value, low: value - 0.1, high: value + 0.1, n: 3 });
const nothing: Estimate = { value: undefined, low: undefined, high: undefined, n: 0 };

const curves: Figure = {
  name: 'curves',
  title: 'A "title", <b>bold</b>',
  pipeline: 'p',
  profile: undefined,
  set: {},
  panels: [
    {
      plot: 'points',
      title: undefined,
      x: {
        words: 'epsilon',
        format: 'number',
        scale: 'linear',
        ticks: [
          { value: 0, words: '0' },
          { value: 8 / 255, words: '8/255' },
        ],
      },
      y: { words: 'accuracy', format: 'percent', scale: 'linear' },
      series: [
        {
          words: 'PGD-AT, "ours"',
          joined: true,
          spread: 'band',
          points: [
            { x: exactly(0), y: mean(0.9) },
            { x: exactly(8 / 255), y: { ...exactly(1 / 3), n: 1 } },
          ],
        },
        {
          words: '<img src=x onerror=alert(1)>',
          joined: true,
          spread: 'band',
          points: [
            { x: exactly(0), y: nothing },
            { x: nothing, y: nothing },
            { x: exactly(8 / 255), y: mean(0.5), words: '\\input{x}\nnext' },
          ],
        },
      ],
    },
  ],
  notes: ['Bands: mean ± sample standard deviation; n = 3.'],
  warnings: [],
};

const bars: Figure = {
  ...curves,
  name: 'bars',
  panels: [
    {
      plot: 'bars',
      title: 'clean',
      y: { words: 'accuracy', format: 'percent', scale: 'linear' },
      groups: ['a', 'b'],
      series: [
        { words: 'x', bars: [mean(0.5), nothing] },
        { words: 'y', bars: [mean(0.25), mean(0.75)] },
      ],
    },
  ],
};

test('CSV has one line for each point with exact numbers, read back by another language', () => {
  const csv = toCsv(curves);
  const script = 'import csv,sys,json; print(json.dumps(list(csv.DictReader(sys.stdin))))';
  const rows = JSON.parse(execFileSync('python3', ['-c', script], { input: csv, encoding: 'utf8' }));
  const head = { panel: '', 'x-axis': 'epsilon', 'x-low': '', 'x-high': '', 'x-n': '', 'y-axis': 'accuracy' };
  const [ours, other] = ['PGD-AT, "ours"', '<img src=x onerror=alert(1)>'];
  const eight = String(8 / 255);
  expect(rows).toEqual([
    { ...head, series: ours, point: '0', x: '0', y: '0.9', low: '0.8', high: '1', n: '3' },
    { ...head, series: ours, point: '8/255', x: eight, y: String(1 / 3), low: '', high: '', n: '1' },
    { ...head, series: other, point: '0', x: '0', y: '', low: '', high: '', n: '0' },
    {
      ...head,
      series: other,
      point: '\\input{x}\nnext',
      x: eight,
      y: '0.5',
      low: '0.4',
      high: '0.6',
      n: '3',
    },
  ]);
  expect(toCsv(bars).split('\n').slice(0, 3)).toEqual([
    'panel,series,point,x-axis,x,x-low,x-high,x-n,y-axis,y,low,high,n',
    'clean,x,a,,,,,,accuracy,0.5,0.4,0.6,3',
    'clean,x,b,,,,,,accuracy,,,,0',
  ]);
});

interface Layer {
  readonly mark: string | { readonly type: string };
}

interface VegaLite {
  readonly hconcat: readonly {
    readonly data: { readonly values: readonly Record<string, unknown>[] };
    readonly encoding: Record<string, unknown>;
    readonly layer: readonly Layer[];
  }[];
}

test('Vega-Lite has its data, a band, a line and points, and gaps where numbers are missing', () => {
  const specification = JSON.parse(toVegaLite(curves)) as VegaLite;
  const [panel] = specification.hconcat;
  expect(panel?.layer.map(({ mark }) => (typeof mark === 'string' ? mark : mark.type))).toEqual([
    'area',
    'line',
    'point',
  ]);
  expect(panel?.data.values.map(({ series, x, y, yLow, part }) => [series, x, y, yLow, part])).toEqual([
    ['PGD-AT, "ours"', 0, 0.9, 0.8, 0],
    ['PGD-AT, "ours"', 8 / 255, 1 / 3, undefined, 0],
    ['<img src=x onerror=alert(1)>', 8 / 255, 0.5, 0.4, 2],
  ]);
  expect(panel?.encoding.x).toMatchObject({
    title: 'epsilon',
    axis: { values: [0, 8 / 255], labelExpr: `{"0":"0","${8 / 255}":"8/255"}[datum.value]` },
  });
  expect(panel?.encoding.y).toMatchObject({
    title: 'accuracy',
    axis: { format: '.1~%' },
    scale: { zero: false },
  });
});

test('bars in Vega-Lite begin at zero', () => {
  const [panel] = (JSON.parse(toVegaLite(bars)) as VegaLite).hconcat;
  expect(panel?.layer[0]).toMatchObject({ mark: 'bar', encoding: { y: { scale: { zero: true } } } });
});

test('images have no Vega-Lite form, and their CSV has the answers', () => {
  const images: Figure = {
    ...curves,
    panels: [
      {
        plot: 'images',
        title: undefined,
        columns: ['clean', 'difference × 10'],
        rows: [
          {
            words: 'image 0',
            images: [
              { width: 1, height: 1, rgb: Uint8Array.of(1, 2, 3), words: 'cat (right)' },
              { width: 1, height: 1, rgb: Uint8Array.of(128, 128, 128), words: '' },
            ],
          },
        ],
      },
    ],
  };
  expect(() => toVegaLite(images)).toThrow('have no Vega-Lite form');
  expect(toCsv(images)).toBe('panel,row,column,answer\n,image 0,clean,cat (right)\n');
  expect(JSON.parse(toJson(images)).panels[0].rows[0].images[0].rgb).toBe('AQID');
});

test('JSON has null for what is missing', () => {
  const read = JSON.parse(toJson(curves));
  expect(read).toMatchObject({ figure: 'curves', profile: null });
  expect(read.panels[0].series[0].points[1].y).toEqual({ value: 1 / 3, low: null, high: null, n: 1 });
});
