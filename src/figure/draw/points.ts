import type { PointPanel, PointSeries } from '../figure.ts';
import { axes, grid, leftWidth, noResults, yScale } from './axes.ts';
import { numberBottom, rightWidth } from './below-plot.ts';
import type { Mark } from './drawing.ts';
import { type Look, lineOf } from './look.ts';
import { markerAt } from './marker.ts';
import { type PreparedPanel, plotHeight } from './panel.ts';
import { type PlacedPoint, placePoint, stretches } from './placed-point.ts';
import { pointWords } from './point-words.ts';
import { isDrawable, scaleOf } from './scale.ts';
import { bands, intervals } from './spread.ts';

/** A line has markers at all of its points up to this number, else at about eight of them. */
const fewPoints = 20;

export function preparePoints(
  panel: PointPanel,
  width: number,
  lookOf: (words: string) => Look,
): PreparedPanel {
  const height = plotHeight(width);
  const numbers = drawableNumbers(panel);
  const y = yScale(panel.y, numbers.y, height);
  const left = leftWidth(panel.y, y.ticks, height);
  const x = scaleOf(panel.x, numbers.x, Math.max(3, Math.round((width - left) / 34)));
  const plotWidth = Math.max(12, width - left - rightWidth(x.ticks, width - left - 8));
  const bottom = numberBottom(panel.x, x.ticks, plotWidth);
  const notes = missingNotes(panel);
  return {
    height,
    below: bottom.height,
    notes,
    draw(panelLeft, top) {
      const plot = { left: panelLeft + left, top, width: plotWidth, height };
      const placed = panel.series.map((series) => ({
        series,
        look: lookOf(series.words),
        points: series.points.map((point) => placePoint(point, panel, plot, x, y)),
      }));
      const markers = placed.flatMap(({ series, look, points }) =>
        withMarkers(series, points).map(({ at }) => markerAt(at, look)),
      );
      return [
        ...grid(plot, x.ticks, y.ticks),
        ...placed.flatMap(({ series, look, points }) => bands(series, points, look)),
        ...axes(plot, x.ticks, bottom, y.ticks, panel.y),
        ...placed.flatMap(({ series, look, points }) => intervals(series, points, look)),
        ...placed.flatMap(({ series, look, points }) => (series.joined ? lines(points, look) : [])),
        ...markers,
        ...pointWords(
          placed.flatMap(({ points }) => points).filter((point) => point !== undefined),
          plot,
        ),
        ...(markers.length === 0 && notes.length === 0 ? noResults(plot) : []),
      ];
    },
  };
}

/** Numbers that must be on the axes: of points that have a place, and their intervals. */
function drawableNumbers(panel: PointPanel): { x: number[]; y: number[] } {
  const numbers = { x: [] as number[], y: [] as number[] };
  for (const { x, y } of panel.series.flatMap(({ points }) => points)) {
    if (!isDrawable(x.value, panel.x) || !isDrawable(y.value, panel.y)) continue;
    numbers.x.push(...[x.value, x.low, x.high].filter((one) => isDrawable(one, panel.x)));
    numbers.y.push(...[y.value, y.low, y.high].filter((one) => isDrawable(one, panel.y)));
  }
  return numbers;
}

function lines(points: readonly (PlacedPoint | undefined)[], look: Look): Mark[] {
  const line = lineOf(look);
  return stretches(points)
    .filter(({ length }) => length > 1)
    .map((stretch) => ({ mark: 'path', places: stretch.map(({ at }) => at), closed: false, line }));
}

function withMarkers(
  { joined }: PointSeries,
  points: readonly (PlacedPoint | undefined)[],
): readonly PlacedPoint[] {
  const every = joined && points.length > fewPoints ? Math.ceil(points.length / 8) : 1;
  return points.flatMap((point, i) => {
    const isAlone = !points[i - 1] && !points[i + 1];
    return point && (i % every === 0 || isAlone) ? [point] : [];
  });
}

function missingNotes(panel: PointPanel): string[] {
  const lost = panel.series
    .flatMap(({ points }) => points)
    .filter(
      ({ x, y }) =>
        x.value !== undefined &&
        y.value !== undefined &&
        !(isDrawable(x.value, panel.x) && isDrawable(y.value, panel.y)),
    ).length;
  if (lost === 0) return [];
  const isLog = panel.x.scale === 'log' || panel.y.scale === 'log';
  const kind = isLog ? 'not above 0 on a logarithmic axis, or too large' : 'not finite, or too large';
  return [`Left out: ${lost} ${lost === 1 ? 'point' : 'points'} with a number that is ${kind}.`];
}
