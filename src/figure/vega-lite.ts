import { Failure } from '../failure.ts';
import type { Json } from '../json.ts';
import type { Axis, BarPanel, Estimate, Figure, Panel, PointPanel, PointSeries } from './figure.ts';

type JsonMap = Readonly<Record<string, Json>>;

const schema = 'https://vega.github.io/schema/vega-lite/v5.json';

/**
 * The figure as a Vega-Lite specification (version 5) with its data, for those who draw it in their own style.
 * @throws Failure `no-figure-form` for images
 */
export function toVegaLite(figure: Figure): string {
  // Series of one name look alike in all panels.
  const names = [...new Set(figure.panels.flatMap(seriesOf))];
  const hconcat = figure.panels.map((panel) => {
    if (panel.plot === 'points') return { ...headOf(panel), ...points(panel, names) };
    if (panel.plot === 'bars') return { ...headOf(panel), ...bars(panel, names) };
    throw new Failure('no-figure-form', `Figure ${figure.name} shows images, which have no Vega-Lite form.`, {
      hint: 'Choose another --format.',
    });
  });
  const title = { text: figure.title ?? figure.name, subtitle: [...figure.notes] };
  return `${JSON.stringify({ $schema: schema, title, hconcat })}\n`;
}

function seriesOf(panel: Panel): string[] {
  return panel.plot === 'images' ? [] : panel.series.map(({ words }) => words);
}

function headOf({ title }: Panel): JsonMap {
  return title === undefined ? {} : { title };
}

function points({ x, y, series }: PointPanel, names: readonly string[]): JsonMap {
  const [xAxis, yAxis] = [axisOf(x, { zero: false }), axisOf(y, { zero: false })];
  const encoding = {
    x: { field: 'x', type: 'quantitative', ...xAxis },
    y: { field: 'y', type: 'quantitative', ...yAxis },
    ...look(names),
  };
  const shape: JsonMap =
    names.length > 1 ? { shape: { field: 'series', type: 'nominal', scale: { domain: [...names] } } } : {};
  return {
    data: { values: series.flatMap(pointRows) },
    encoding,
    layer: [
      ...(series.some(({ spread }) => spread === 'band') ? [band(yAxis)] : []),
      ...(series.some(({ spread }) => spread === 'bars') ? [errorBar('x', xAxis), errorBar('y', yAxis)] : []),
      ...(series.some(({ joined }) => joined) ? [line] : []),
      { mark: { type: 'point', filled: true }, encoding: shape },
    ],
  };
}

/** One row for each point. The parts of a line that a gap separates have different numbers. */
function pointRows({ words, joined, spread, points }: PointSeries): JsonMap[] {
  let part = 0;
  return points.flatMap((point) => {
    if (point.x.value === undefined || point.y.value === undefined) {
      part += 1;
      return [];
    }
    const x = intervalOf('x', point.x);
    const row = { series: words, ...x, ...intervalOf('y', point.y), n: point.y.n, part, joined, spread };
    return [point.words === undefined ? row : { ...row, point: point.words }];
  });
}

function intervalOf(name: string, { value, low, high }: Estimate): JsonMap {
  const interval =
    low === undefined || high === undefined ? {} : { [`${name}Low`]: low, [`${name}High`]: high };
  return { [name]: value ?? null, ...interval };
}

const detail = { field: 'part', type: 'nominal' };
const line: JsonMap = { transform: [{ filter: 'datum.joined' }], mark: 'line', encoding: { detail } };

function band(axis: JsonMap): JsonMap {
  const encoding = {
    y: { field: 'yLow', type: 'quantitative', ...axis },
    y2: { field: 'yHigh' },
    detail,
  };
  const transform = [{ filter: "datum.spread === 'band' && isValid(datum.yLow)" }];
  return { transform, mark: { type: 'area', opacity: 0.2 }, encoding };
}

function errorBar(name: 'x' | 'y', axis: JsonMap): JsonMap {
  const encoding: JsonMap = {
    [name]: { field: `${name}Low`, type: 'quantitative', ...axis },
    [`${name}2`]: { field: `${name}High` },
  };
  const transform = [{ filter: `datum.spread === 'bars' && isValid(datum.${name}Low)` }];
  return { transform, mark: 'rule', encoding };
}

function bars({ y, groups, series }: BarPanel, names: readonly string[]): JsonMap {
  const values = series.flatMap(({ words, bars }) =>
    bars.map((bar, group) => ({
      series: words,
      group: groups[group] ?? '',
      ...intervalOf('y', bar),
      n: bar.n,
    })),
  );
  const offset: JsonMap = names.length > 1 ? { xOffset: { field: 'series', sort: [...names] } } : {};
  const axis = axisOf(y, { zero: true });
  return {
    data: { values },
    encoding: { x: { field: 'group', type: 'nominal', sort: [...groups], title: null }, ...offset },
    layer: [
      {
        mark: 'bar',
        encoding: { y: { field: 'y', type: 'quantitative', ...axis }, ...look(names) },
      },
      {
        transform: [{ filter: 'isValid(datum.yLow)' }],
        mark: 'rule',
        encoding: { y: { field: 'yLow', type: 'quantitative', ...axis }, y2: { field: 'yHigh' } },
      },
    ],
  };
}

function look(names: readonly string[]): JsonMap {
  if (names.length < 2) return {};
  return { color: { field: 'series', type: 'nominal', title: null, scale: { domain: [...names] } } };
}

/** @param zero whether the axis must begin at zero, as that of bars must */
function axisOf({ words, format, scale, ticks }: Axis, { zero }: { readonly zero: boolean }): JsonMap {
  const percent: JsonMap = format === 'percent' ? { format: '.1~%' } : {};
  const labels = Object.fromEntries((ticks ?? []).map(({ value, words }) => [String(value), words]));
  const marked: JsonMap = ticks
    ? { values: ticks.map(({ value }) => value), labelExpr: `${JSON.stringify(labels)}[datum.value]` }
    : {};
  const type: JsonMap = scale === 'log' ? { type: scale } : { type: scale, zero };
  return { title: words, scale: type, axis: { ...percent, ...marked } };
}
