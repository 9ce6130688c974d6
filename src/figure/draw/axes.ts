import type { Axis } from '../figure.ts';
import { type Box, type Line, type Mark, segment, type Text } from './drawing.ts';
import { widthOf } from './font.ts';
import type { Tick } from './scale.ts';
import { block, cut, greyInk, heightOf, lineHeight, sizes, text, widestPiece, wrapped } from './words.ts';

/** The words of one tick below a plot. */
interface BottomWords {
  readonly place: number;
  /** Below each other; beside each other if they read upwards. */
  readonly lines: readonly string[];
}

/** What is written below a plot. */
export interface Bottom {
  readonly words: readonly BottomWords[];
  readonly upwards: boolean;
  readonly axis: readonly string[];
  readonly height: number;
}

const tickLength = 2.5;
const tickGap = 2;
/** Between the words of ticks and those of the axis. */
const axisGap = 2;
/** Between the words of neighbouring ticks. */
const wordGap = 4;
/** Lengths of lines that read upwards, to be tried in turn. */
const upwardsLengths = [60, 90];
const longest = 135;
/** Most lines of the words of an axis. */
const axisLines = 3;
/** Words of a tick that are wider read upwards; on a y axis, they are cut off at twice this width. */
const widestTick = 44;

const axisLine: Line = { colour: '#000000', width: 0.6 };
const gridLine: Line = { colour: '#dddddd', width: 0.5 };

export function axisWords({ words, format }: Axis): string {
  return format === 'percent' ? `${words} (%)` : words;
}

/** Room for the words of a y axis and its ticks, left of the plot. */
export function leftWidth(axis: Axis, ticks: readonly Tick[], plotHeight: number): number {
  const widest = Math.max(0, ...ticks.map(({ words }) => widthOf(leftWords(words), sizes.tick)));
  return heightOf(leftLines(axis, plotHeight), sizes.axis) + axisGap + widest + tickGap + tickLength;
}

/** Room that the words of the last tick need right of the plot. */
export function rightWidth(ticks: readonly Tick[], plotWidth: number): number {
  const over = ticks.map(({ place, words }) => widthOf(words, sizes.tick) / 2 - (1 - place) * plotWidth);
  return Math.min(30, Math.max(4, ...over));
}

/** The words below a plot with a numeric axis. Ticks too close for their words read upwards, or lose their words. */
export function numberBottom(axis: Axis, ticks: readonly Tick[], plotWidth: number): Bottom {
  const sorted = [...ticks].sort((a, b) => a.place - b.place);
  const width = ({ words }: Tick) => widthOf(words, sizes.tick) + wordGap;
  const height = () => sizes.tick * lineHeight;
  const upwards =
    sorted.some((tick) => width(tick) > widestTick) ||
    spaced(sorted, plotWidth, width).length < sorted.length;
  const shown = upwards ? spaced(sorted, plotWidth, height) : sorted;
  const words = shown.map((tick) => ({ place: tick.place, lines: cut(tick.words, longest, sizes.tick) }));
  return bottomOf(words, upwards, axisWords(axis), plotWidth);
}

/** The words below groups of bars, in lines as wide as a group, or upwards if they are too long for that. */
export function groupBottom(groups: readonly string[], plotWidth: number): Bottom {
  const slot = plotWidth / Math.max(1, groups.length);
  const lines = groups.map((words) => wrapped(words, slot - wordGap, sizes.tick));
  const upwards =
    groups.some((words) => widestPiece(words, sizes.tick) > slot - wordGap) ||
    lines.some(({ length }) => length > 3);
  const most = Math.max(1, Math.floor(slot / (sizes.tick * lineHeight)));
  const words = groups.map((group, i) => ({
    place: (i + 0.5) / groups.length,
    lines: upwards ? upwardsLines(group, most) : (lines[i] ?? []),
  }));
  return bottomOf(words, upwards, '', plotWidth);
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
  for (const { place, words } of y) {
    const at = low - place * plot.height;
    marks.push(segment([left - tickLength, at], [left, at], axisLine));
    const end = left - tickLength - tickGap;
    marks.push(text(leftWords(words), [end, at + sizes.tick * 0.36], sizes.tick, { anchor: 'end' }));
  }
  return [...marks, ...leftMarks(plot, y, yAxis), ...bottomMarks(plot, bottom)];
}

/** What a plot without any number says. */
export function noResults({ left, top, width, height }: Box): Text {
  const at = [left + width / 2, top + height / 2] as const;
  return text('no results yet', at, sizes.axis, { anchor: 'middle', colour: greyInk });
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

function bottomMarks(plot: Box, bottom: Bottom): Mark[] {
  const top = plot.top + plot.height + tickLength + tickGap;
  const marks = bottom.words.flatMap(({ place, lines }) => {
    const x = plot.left + place * plot.width;
    if (!bottom.upwards) return block(lines, { x, top }, sizes.tick, { anchor: 'middle' });
    return lines.map((line, i) => {
      const across = (i - (lines.length - 1) / 2) * lineHeight + 0.36;
      return text(line, [x + across * sizes.tick, top], sizes.tick, { anchor: 'end', upwards: true });
    });
  });
  const axisTop = plot.top + plot.height + bottom.height - heightOf(bottom.axis, sizes.axis);
  return [
    ...marks,
    ...block(bottom.axis, { x: plot.left + plot.width / 2, top: axisTop }, sizes.axis, { anchor: 'middle' }),
  ];
}

function leftWords(words: string): string {
  return cut(words, 2 * widestTick, sizes.tick)[0] ?? '';
}

function leftLines(axis: Axis, plotHeight: number): string[] {
  return cut(axisWords(axis), plotHeight + 8, sizes.axis, axisLines);
}

function bottomOf(words: readonly BottomWords[], upwards: boolean, axis: string, plotWidth: number): Bottom {
  const room = ({ lines }: BottomWords) =>
    upwards ? Math.max(0, ...lines.map((line) => widthOf(line, sizes.tick))) : heightOf(lines, sizes.tick);
  const below = cut(axis, plotWidth, sizes.axis, axisLines);
  const wordsHeight = Math.max(0, ...words.map(room));
  const height = tickLength + tickGap + wordsHeight + axisGap + heightOf(below, sizes.axis);
  return { words, upwards, axis: below, height };
}

/** Words in at most so many lines that read upwards, as short as possible. */
function upwardsLines(words: string, most: number): string[] {
  const fits = (length: number) => wrapped(words, length, sizes.tick).length <= most;
  return cut(words, upwardsLengths.find(fits) ?? longest, sizes.tick, most);
}

/** The ticks whose words have room, from the left. */
function spaced(ticks: readonly Tick[], length: number, room: (tick: Tick) => number): Tick[] {
  const kept: Tick[] = [];
  for (const tick of ticks) {
    const previous = kept.at(-1);
    const needed = previous ? (room(previous) + room(tick)) / 2 : 0;
    if (!previous || (tick.place - previous.place) * length >= needed) kept.push(tick);
  }
  return kept;
}
