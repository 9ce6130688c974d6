import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { buildFigure } from '../../src/figure/build-figure.ts';
import type { BarPanel, Figure, PointPanel } from '../../src/figure/figure.ts';
import type { Scalar } from '../../src/json.ts';
import type { CellId, FigureSpec, Pipeline, TableSpec } from '../../src/pipeline/pipeline.ts';
import { buildTable } from '../../src/report/build-table.ts';
import { toJson } from '../../src/report/json.ts';
import { cell, grid, pipelineOf, spec } from '../report/grid.ts';
import { sourcesOf } from './sources.ts';

const head = { title: undefined, notes: [], labels: {} };
const onAxes = { ...head, panels: 0, band: 'std', log: [] } as const;

/** What `retable table --json` prints. */
interface TableJson {
  readonly rows: readonly Readonly<Record<string, Scalar | null>>[];
  readonly columns: readonly Readonly<Record<string, Scalar | null>>[];
  readonly cells: readonly (readonly { mean: number | null; std: number | null; n: number; of: number }[])[];
}

function tableJson(table: TableSpec, pipeline: Pipeline, values: Values): TableJson {
  return JSON.parse(toJson(buildTable(table, pipeline, values))) as TableJson;
}

type Values = (id: CellId) => Readonly<Record<string, number>> | undefined;

function figureOf(figure: FigureSpec, pipeline: Pipeline, values: Values): Promise<Figure> {
  return buildFigure(figure, pipeline, sourcesOf({ values }));
}

const pointPanels = ({ panels }: Figure) => panels.filter((one): one is PointPanel => one.plot === 'points');
const barPanels = ({ panels }: Figure) => panels.filter((one): one is BarPanel => one.plot === 'bars');

/** Methods, epsilons and seeds, and which of the cells have a value. */
const grids = fc.record({
  methods: fc.uniqueArray(fc.constantFrom('a', 'b', '"c", <d>'), { minLength: 1 }),
  epsilons: fc.uniqueArray(fc.constantFrom<Scalar>(0, 0.5, '8/255', '4/255', 2), { minLength: 1 }),
  seeds: fc.uniqueArray(fc.nat(5), { minLength: 1 }),
  numbers: fc.infiniteStream(fc.option(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { nil: undefined })),
});

/** The same grid with a number, or none, for each cell. */
function filled({
  methods,
  epsilons,
  seeds,
  numbers,
}: typeof grids extends fc.Arbitrary<infer T> ? T : never) {
  const pipeline = grid(methods, epsilons, seeds);
  const next = numbers[Symbol.iterator]();
  const known = new Map(pipeline.cells.map(({ id }) => [id, next.next().value as number | undefined]));
  const values: Values = (id) => {
    const accuracy = known.get(id);
    return accuracy === undefined ? undefined : { accuracy, twice: 2 * accuracy };
  };
  return { pipeline, values };
}

const rows = { rows: ['robustness.attack'], columns: ['model.method'] };
const numberOf = (value: Scalar | null | undefined) => {
  const [above, below] = String(value).split('/').map(Number);
  return (above ?? Number.NaN) / (below ?? 1);
};

describe('every number that is plotted is one of the table with the same keys', () => {
  it('in lines', async () => {
    await fc.assert(
      fc.asyncProperty(grids, async (given) => {
        const { pipeline, values } = filled(given);
        const table = spec(rows);
        const expected = tableJson(table, pipeline, values);
        const figure = await figureOf({ ...onAxes, name: 'f', plot: 'line', table }, pipeline, values);
        const [panel] = pointPanels(figure);
        const order = expected.rows.map((_, i) => i);
        order.sort(
          (i, j) =>
            numberOf(expected.rows[i]?.['robustness.attack']) -
            numberOf(expected.rows[j]?.['robustness.attack']),
        );
        expect(panel?.series.length).toBe(expected.columns.length);
        for (const [j, series] of (panel?.series ?? []).entries()) {
          expect(series.points.map(({ x }) => x.value)).toEqual(
            order.map((i) => numberOf(expected.rows[i]?.['robustness.attack'])),
          );
          for (const [k, { y }] of series.points.entries()) {
            const entry = expected.cells[order[k] ?? -1]?.[j];
            expect([y.value ?? null, y.n]).toEqual([entry?.mean, entry?.n]);
            if (entry?.mean == null || entry.std == null)
              expect([y.low, y.high]).toEqual([undefined, undefined]);
            else expect([y.low, y.high]).toEqual([entry.mean - entry.std, entry.mean + entry.std]);
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  it('in bars, panel by panel', async () => {
    await fc.assert(
      fc.asyncProperty(grids, async (given) => {
        const { pipeline, values } = filled(given);
        const table = spec({
          rows: ['model.method'],
          columns: ['robustness.attack', 'student.seed'],
          over: [],
        });
        const expected = tableJson(table, pipeline, values);
        const figure = await figureOf(
          { ...onAxes, panels: 1, name: 'f', plot: 'bars', table },
          pipeline,
          values,
        );
        const plotted = barPanels(figure).flatMap(({ title, series }) =>
          series.map(({ words, bars }) => [title, words, bars.map(({ value }) => value ?? null)]),
        );
        const attacks = [...new Set(expected.columns.map((column) => column['robustness.attack']))];
        const one = given.seeds.length === 1;
        expect(plotted).toEqual(
          attacks.flatMap((attack) =>
            expected.columns.flatMap((column, j) =>
              column['robustness.attack'] === attack
                ? [
                    [
                      `attack = ${attack}`,
                      one ? '' : `seed = ${column['student.seed']}`,
                      expected.cells.map((row) => row[j]?.mean ?? null),
                    ],
                  ]
                : [],
            ),
          ),
        );
        expect(barPanels(figure).length).toBe(given.epsilons.length);
      }),
      { numRuns: 50 },
    );
  });

  it('in scatters, with an interval for each of the two values', async () => {
    await fc.assert(
      fc.asyncProperty(grids, async (given) => {
        const { pipeline, values } = filled(given);
        const table = spec({ rows: ['model.method', 'robustness.attack'], columns: [] });
        const [x, y] = [{ ...table, values: ['twice'] }, table];
        const [xs, ys] = [tableJson(x, pipeline, values), tableJson(y, pipeline, values)];
        const figure = await figureOf(
          { ...onAxes, name: 'f', plot: 'scatter', series: 1, x, y },
          pipeline,
          values,
        );
        const points = pointPanels(figure).flatMap(({ series }) => series.flatMap((one) => one.points));
        const means = (json: TableJson) => json.cells.map(([entry]) => entry?.mean ?? null);
        // Rows are grouped by series; a grid has them in that order already.
        expect(points.map((point) => point.x.value ?? null)).toEqual(means(xs));
        expect(points.map((point) => point.y.value ?? null)).toEqual(means(ys));
        expect(points.every(({ words }) => words !== undefined)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});

const accuracies =
  (of: (seed: number, epsilon: string) => number | undefined): Values =>
  (id) => {
    const [, seed = '', epsilon = ''] = /seed=(.*),attack=(.*)\]/.exec(id) ?? [];
    const accuracy = of(Number(seed), epsilon);
    return accuracy === undefined ? undefined : { accuracy };
  };
const line = (changes: Partial<TableSpec> = {}, more = {}): FigureSpec => ({
  ...onAxes,
  name: 'f',
  plot: 'line',
  table: spec({ ...rows, ...changes }),
  ...more,
});

test('the intervals are the sample standard deviation, the standard error, or the range, and the notes say which', async () => {
  const pipeline = grid(['a'], [1], [1, 2, 3, 4]);
  const values = accuracies((seed) => [0, 2, 4, 4, 10][seed]);
  const intervals = { std: Math.sqrt(12), sem: Math.sqrt(3), range: undefined, none: undefined } as const;
  for (const band of ['std', 'sem', 'range', 'none'] as const) {
    const figure = await figureOf(line({}, { band }), pipeline, values);
    const y = pointPanels(figure)[0]?.series[0]?.points[0]?.y;
    expect(y).toMatchObject({ value: 5, n: 4 });
    const half = intervals[band];
    if (half !== undefined) expect([y?.low, y?.high]).toEqual([5 - half, 5 + half]);
    else expect([y?.low, y?.high]).toEqual(band === 'range' ? [2, 10] : [undefined, undefined]);
    expect(figure.notes).toEqual([
      {
        std: 'Bands: mean ± sample standard deviation over student.seed; n = 4.',
        sem: 'Bands: mean ± standard error (sample standard deviation / √n) over student.seed; n = 4.',
        range: 'Bands: from the smallest to the largest value, around the mean over student.seed; n = 4.',
        none: 'Each number is the mean over student.seed; n = 4.',
      }[band],
    ]);
  }
});

test('a point of one cell has no interval, a missing one is a gap, and the notes say so', async () => {
  const values = accuracies((seed, epsilon) => {
    if (epsilon === '2' || (epsilon === '1' && seed > 1)) return undefined;
    return seed;
  });
  const figure = await figureOf(line(), grid(['a'], [0, 1, 2], [1, 2, 3]), values);
  const points = pointPanels(figure)[0]?.series[0]?.points ?? [];
  expect(points.map(({ x, y }) => [x.value, y.value, y.low, y.n])).toEqual([
    [0, 2, 1, 3],
    [1, 1, undefined, 1],
    [2, undefined, undefined, 0],
  ]);
  expect(figure.notes).toEqual([
    'Bands: mean ± sample standard deviation over student.seed; n from 1 to 3. Where n is 1, there is none.',
    'Cells without a value here: 5 of 9. They have not run yet, or failed.',
  ]);
});

test('one series has no words, several have; fractions and labels are the words of the x axis', async () => {
  const values = accuracies(() => 0.5);
  const one = await figureOf(line(), grid(['a'], ['8/255', 0, '4/255'], [1]), values);
  const [panel] = pointPanels(one);
  expect(panel?.series.map(({ words }) => words)).toEqual(['']);
  expect(panel?.x).toEqual({
    words: 'attack',
    format: 'number',
    scale: 'linear',
    ticks: [
      { value: 0, words: '0' },
      { value: 4 / 255, words: '4/255' },
      { value: 8 / 255, words: '8/255' },
    ],
  });
  expect(panel?.y).toEqual({ words: 'accuracy', format: 'percent', scale: 'linear' });
  const labels = { a: 'A', 'robustness.attack': 'ε', 'robustness.accuracy': 'accuracy under attack' };
  const two = await figureOf(line({ labels }), grid(['a', 'b'], [0, 1], [1]), values);
  expect(pointPanels(two)[0]).toMatchObject({
    x: { words: 'ε' },
    y: { words: 'accuracy under attack' },
    series: [{ words: 'A' }, { words: 'b' }],
  });
  expect(pointPanels(two)[0]?.x.ticks).toBeUndefined();
});

test('a logarithmic axis without a place for 0 becomes linear, and the notes say so', async () => {
  const values = accuracies(() => 0.5);
  const log = { log: ['x', 'y'] };
  const good = await figureOf(line({}, log), grid(['a'], [1, 10], [1]), values);
  expect(pointPanels(good)[0]).toMatchObject({ x: { scale: 'log' }, y: { scale: 'log' } });
  const bad = await figureOf(line({}, log), grid(['a'], [0, 10], [1]), values);
  expect(pointPanels(bad)[0]).toMatchObject({ x: { scale: 'linear' }, y: { scale: 'log' } });
  expect(bad.notes).toContain(
    'The axis of attack is linear: a logarithmic one has no place for numbers that are not above 0.',
  );
});

test('cells that differ in more than the keys of a figure are refused, as in a table', async () => {
  const made = figureOf(
    line({ over: [] }),
    grid(['a'], [0, 1], [1, 2]),
    accuracies(() => 0.5),
  );
  await expect(made).rejects.toMatchObject({
    reason: 'ambiguous-table',
    message: expect.stringContaining('Figure "f" has several cells at one point that differ in "seed"'),
    hint: expect.stringContaining('to `series` or `panels` of the figure, or to `over`'),
  });
});

test('`where` leaves cells out of a table and of a figure', async () => {
  const pipeline = grid(['a', 'b'], ['8/255', 1], [1, 2]);
  const where = [
    { key: 'model.method', values: ['b'] },
    { key: 'robustness.attack', values: [8 / 255] },
  ];
  const table = spec({ where });
  const values = accuracies((seed) => seed);
  expect(buildTable(table, pipeline, values)).toMatchObject({
    rows: [{ values: ['b'] }],
    columns: [{ values: ['8/255'] }],
    entries: [[{ mean: 1.5, n: 2 }]],
  });
  const figure = await figureOf(line({ where }), pipeline, values);
  expect(pointPanels(figure)[0]?.series.map(({ points }) => points.map(({ y }) => y.value))).toEqual([[1.5]]);
});

test('cells without the key of the x axis are not shown, and the notes count them', async () => {
  const student = cell('student', { method: 'a', seed: 1 });
  const pipeline = pipelineOf([
    student,
    cell('robustness', { attack: 1 }, { model: student.id }),
    cell('robustness', {}, { model: student.id }),
  ]);
  const figure = await figureOf(line({ columns: [] }), pipeline, () => ({ accuracy: 1 }));
  expect(pointPanels(figure)[0]?.series[0]?.points).toHaveLength(1);
  expect(figure.notes).toContain(
    'Cells that are not shown, because they have no number robustness.attack: 1.',
  );
});
