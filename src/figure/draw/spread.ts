import type { PointSeries } from '../figure.ts';
import type { Mark, Place } from './drawing.ts';
import { errorBar } from './error-bar.ts';
import type { Look } from './look.ts';
import { type PlacedPoint, stretches } from './placed-point.ts';

const bandOpacity = 0.18;

function isBand({ joined, spread }: PointSeries): boolean {
  return joined && spread === 'band';
}

/** Stretches in which every point has an interval. */
function bandStretches(points: readonly (PlacedPoint | undefined)[]) {
  return stretches(
    points.map((point) => (point?.along ? { x: point.at[0], ends: point.along, point } : undefined)),
  );
}

/** Bands along the line of a series, if it has them. */
export function bands(
  series: PointSeries,
  points: readonly (PlacedPoint | undefined)[],
  { colour }: Look,
): Mark[] {
  if (!isBand(series)) return [];
  return bandStretches(points)
    .filter(({ length }) => length > 1)
    .map((stretch) => {
      const lower = stretch.map(({ x, ends }): Place => [x, ends[0]]);
      const upper = stretch.map(({ x, ends }): Place => [x, ends[1]]);
      const fill = { colour, opacity: bandOpacity };
      return { mark: 'path', places: [...upper, ...lower.reverse()], closed: true, fill };
    });
}

/** Bars for the intervals that no band shows. */
export function intervals(
  series: PointSeries,
  points: readonly (PlacedPoint | undefined)[],
  look: Look,
): Mark[] {
  const inBand = new Set(
    isBand(series)
      ? bandStretches(points).flatMap((stretch) =>
          stretch.length > 1 ? stretch.map(({ point }) => point) : [],
        )
      : [],
  );
  return points.flatMap((point) => {
    if (!point) return [];
    const { at, across, along } = point;
    return [
      ...(across ? errorBar([across[0], at[1]], [across[1], at[1]], look.colour) : []),
      ...(along && !inBand.has(point) ? errorBar([at[0], along[0]], [at[0], along[1]], look.colour) : []),
    ];
  });
}
