import type { BarPanel, Estimate } from '../figure.ts';
import { axes, grid, leftWidth, noResults, yScale } from './axes.ts';
import { groupBottom } from './below-plot.ts';
import { type Box, type Mark, rectangle, segment } from './drawing.ts';
import { errorBar } from './error-bar.ts';
import { hatched } from './hatch.ts';
import type { Look } from './look.ts';
import { type PreparedPanel, plotHeight } from './panel.ts';
import { interval } from './placed-point.ts';
import { isDrawable, type Scale } from './scale.ts';

/** Part of the width of a group that its bars take. */
const filled = 0.82;

/** Groups of bars from zero; on a logarithmic axis, from its low end. */
export function prepareBars(panel: BarPanel, width: number, lookOf: (words: string) => Look): PreparedPanel {
  const height = plotHeight(width);
  const bars = panel.series.flatMap((series) => series.bars);
  const drawn = bars.filter(({ value }) => isDrawable(value, panel.y));
  const numbers = drawn
    .flatMap(({ value, low, high }) => [value, low, high])
    .filter((one) => isDrawable(one, panel.y));
  const y = yScale(panel.y, numbers, height, panel.y.scale === 'linear');
  const left = leftWidth(panel.y, y.ticks, height);
  const plotWidth = Math.max(12, width - left - 4);
  const bottom = groupBottom(panel.groups, plotWidth);
  const lost = bars.filter(({ value }) => value !== undefined).length - drawn.length;
  return {
    height,
    below: bottom.height,
    notes:
      lost === 0 ? [] : [`Left out: ${lost} ${lost === 1 ? 'bar' : 'bars'} without a place on the axis.`],
    draw(panelLeft, top) {
      const plot = { left: panelLeft + left, top, width: plotWidth, height };
      const slot = plot.width / Math.max(1, panel.groups.length);
      const barWidth = (slot * filled) / Math.max(1, panel.series.length);
      const zero = plot.top + (1 - y.place(0)) * plot.height;
      const marks = panel.series.flatMap((series, s) =>
        panel.groups.flatMap((_, g) => {
          const estimate = series.bars[g];
          if (!estimate || !isDrawable(estimate.value, panel.y)) return [];
          const start = plot.left + slot * (g + (1 - filled) / 2) + barWidth * s;
          return bar(estimate, y, { plot, left: start, width: barWidth, zero }, lookOf(series.words));
        }),
      );
      const line = { colour: '#000000', width: 0.6 };
      return [
        ...grid(plot, [], y.ticks),
        ...marks,
        segment([plot.left, zero], [plot.left + plot.width, zero], line),
        ...axes(plot, [], bottom, y.ticks, panel.y),
        ...(marks.length === 0 && lost === 0 ? noResults(plot) : []),
      ];
    },
  };
}

function bar(
  estimate: Estimate,
  scale: Scale,
  { plot, left, width, zero }: { plot: Box; left: number; width: number; zero: number },
  look: Look,
): Mark[] {
  const up = (number: number) => plot.top + (1 - scale.place(number)) * plot.height;
  const end = up(estimate.value ?? 0);
  const free = Math.min(1, width * 0.06);
  const box = {
    left: left + free,
    top: Math.min(end, zero),
    width: width - 2 * free,
    height: Math.abs(end - zero),
  };
  // The edge keeps a bar of height zero visible.
  const style = { line: { colour: look.colour, width: 0.5 }, fill: { colour: look.colour } };
  const middle = left + width / 2;
  const ends = interval(estimate, up);
  return [
    rectangle(box, style),
    ...hatched(box, look.hatch),
    ...(ends ? errorBar([middle, ends[0]], [middle, ends[1]], '#000000') : []),
  ];
}
