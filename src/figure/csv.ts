import { csvOf } from '../report/csv.ts';
import type { BarPanel, Estimate, Figure, ImagePanel, Point, PointPanel } from './figure.ts';

type Field = string | number | undefined;

const xHead = ['x-axis', 'x', 'x-low', 'x-high', 'x-n'];
const head = ['panel', 'series', 'point', ...xHead, 'y-axis', 'y', 'low', 'high', 'n'];

/**
 * The figure as tidy CSV (RFC 4180) for pandas or R: one line for each point or bar, with the title of its panel, the
 * words of its series and of its axes, and what the point or the group of bars stands for. Numbers are exact
 * and in the unit of the value (0.873, not 87.3); missing ones are empty. Of images, it has the answers of the model.
 */
export function toCsv({ panels }: Figure): string {
  if (panels.some(({ plot }) => plot === 'images')) {
    const answers = panels.flatMap((panel) => (panel.plot === 'images' ? imageLines(panel) : []));
    return csvOf([['panel', 'row', 'column', 'answer'], ...answers]);
  }
  const lines = panels.flatMap((panel): Field[][] => {
    if (panel.plot === 'points') return pointLines(panel);
    return panel.plot === 'bars' ? barLines(panel) : [];
  });
  return csvOf([head, ...lines]);
}

function pointLines({ title, x, y, series }: PointPanel): Field[][] {
  const tick = new Map(x.ticks?.map(({ value, words }) => [value, words]));
  const wordsOf = (point: Point) => point.words ?? tick.get(point.x.value ?? Number.NaN);
  return series.flatMap(({ words, points }) =>
    points
      // Only interrupts a line.
      .filter(
        (point) => point.x.value !== undefined || point.y.value !== undefined || point.words !== undefined,
      )
      .map((point) => [
        title,
        words,
        wordsOf(point),
        x.words,
        point.x.value,
        point.x.low,
        point.x.high,
        point.x.n === 0 ? undefined : point.x.n,
        y.words,
        ...numbers(point.y),
      ]),
  );
}

function barLines({ title, y, groups, series }: BarPanel): Field[][] {
  return series.flatMap(({ words, bars }) =>
    bars.map((bar, group) => [title, words, groups[group], ...xHead.map(() => ''), y.words, ...numbers(bar)]),
  );
}

function numbers({ value, low, high, n }: Estimate): Field[] {
  return [value, low, high, n];
}

function imageLines({ title, columns, rows }: ImagePanel): Field[][] {
  return rows.flatMap(({ words, images }) =>
    images.flatMap((image, column) =>
      image === undefined || image.words === '' ? [] : [[title, words, columns[column], image.words]],
    ),
  );
}
