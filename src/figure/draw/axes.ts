import type { Axis } from '../figure.ts';
import { axisGap, axisLines, type Bottom, bottomMarks, tickGap, tickLength } from './below-plot.ts';
import { type Box, type Line, type Mark, segment, type Text } from './drawing.ts';
import { widthOf } from './font.ts';
import { type Scale, scaleOf, spaced, type Tick } from './scale.ts';
import { axisWords, block, cut, greyInk, heightOf, lineHeight, sizes, text, wrapped } from './words.ts';

/** Words of a tick that are wider are cut off, if the pipeline gives them. */
const widestTick = 44;

const axisLine: Line = { colour: '#000000', width: 0.6 };
const gridLine: Line = { colour: '#dddddd', width: 0.5 };

/** The scale of a y axis, with ticks for its height. Given words that are too wide are cut off. */
export function yScale(axis: Axis, numbers: readonly number[], plotHeight: number, fromZero = false): Scale {
  const ticks = (axis.ticks ?? []).map(({ value, words }) => ({
    value,
    words: cut(words, widestTick, sizes.tick).join(''),
  }));
  return scaleOf({ ...axis, ticks }, numbers, Math.round(plotHeight / 24), fromZero);
}

/** Room for the words of a y axis and its ticks, left of the plot. */
export function leftWidth(axis: Axis, ticks: readonly Tick[], plotHeight: number): number {
  const widest = Math.max(0, ...ticks.map(({ words }) => widthOf(words, sizes.tick)));
  return heightOf(leftLines(axis, plotHeight), sizes.axis) + axisGap + widest + tickGap + tickLength;
}

/** Grid lines; they are drawn before the data. */
export function grid(plot: Box, x: readonly Tick[], y: readonly Tick[]): Mark[] {
  const bottom = plot.top + plot.height;
  return [
    ...x
      .map(({ place }) => plot.left + place * plot.width)
      .map((at) => segment([at, plot.top], [at, bottom], gridLine)),
    ...y
      .map(({ place }) => bottom - place * plot.height)
      .map((at) => segment([plot.left, at], [plot.left + plot.width, at], gridLine)),
  ];
}

/** Both axes with ticks and words, for a plot without grid lines where `x` has none. */
export function axes(plot: Box, x: readonly Tick[], bottom: Bottom, y: readonly Tick[], yAxis: Axis): Mark[] {
  const { left, top, width } = plot;
  const low = top + plot.height;
  const marks: Mark[] = [
    segment([left, top], [left, low], axisLine),
    segment([left, low], [left + width, low], axisLine),
  ];
  for (const { place } of x) {
    const at = left + place * width;
    marks.push(segment([at, low], [at, low + tickLength], axisLine));
  }
  const worded = new Set(spaced(y, plot.height, () => sizes.tick * lineHeight));
  for (const tick of y) {
    const { place, words } = tick;
    const at = low - place * plot.height;
    marks.push(segment([left - tickLength, at], [left, at], axisLine));
    const end = left - tickLength - tickGap;
    if (worded.has(tick))
      marks.push(text(words, [end, at + sizes.tick * 0.36], sizes.tick, { anchor: 'end' }));
  }
  return [...marks, ...leftMarks(plot, y, yAxis), ...bottomMarks(plot, bottom)];
}

/** What a plot without any number says. */
export function noResults({ left, top, width, height }: Box): Text[] {
  const lines = wrapped('no results yet', width, sizes.axis);
  const at = { x: left + width / 2, top: top + (height - heightOf(lines, sizes.axis)) / 2 };
  return block(lines, at, sizes.axis, { anchor: 'middle', colour: greyInk });
}

function leftMarks(plot: Box, ticks: readonly Tick[], axis: Axis): Mark[] {
  const lines = leftLines(axis, plot.height);
  const outer = plot.left - leftWidth(axis, ticks, plot.height);
  return lines.map((line, i) =>
    text(line, [outer + sizes.axis * (i * lineHeight + 0.8), plot.top + plot.height / 2], sizes.axis, {
      anchor: 'middle',
      upwards: true,
    }),
  );
}

function leftLines(axis: Axis, plotHeight: number): string[] {
  return cut(axisWords(axis), plotHeight + 8, sizes.axis, axisLines);
}
