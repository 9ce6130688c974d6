import type { Axis } from '../figure.ts';
import type { Box, Mark } from './drawing.ts';
import { widthOf } from './font.ts';
import { spaced, type Tick } from './scale.ts';
import { axisWords, block, cut, heightOf, lineHeight, sizes, text, widestPiece, wrapped } from './words.ts';

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

export const tickLength = 2.5;
export const tickGap = 2;
/** Between the words of ticks and those of the axis. */
export const axisGap = 2;
/** Most lines of the words of an axis. */
export const axisLines = 3;

/** Between the words of neighbouring ticks. */
const wordGap = 4;
/** Words of a tick that are wider read upwards. */
const widestLevel = 44;
/** Lengths of lines that read upwards, to be tried in turn. */
const upwardsLengths = [60, 90];
const longest = 135;

/** Room that the words of the last tick need right of the plot. */
export function rightWidth(ticks: readonly Tick[], plotWidth: number): number {
  const over = ticks.map(({ place, words }) => widthOf(words, sizes.tick) / 2 - (1 - place) * plotWidth);
  return Math.min(30, Math.max(4, ...over));
}

/** The words below a plot with a numeric axis. Ticks too close for their words read upwards, or lose their words. */
export function numberBottom(axis: Axis, ticks: readonly Tick[], plotWidth: number): Bottom {
  const width = ({ words }: Tick) => widthOf(words, sizes.tick) + wordGap;
  const height = () => sizes.tick * lineHeight;
  const upwards =
    ticks.some((tick) => width(tick) > widestLevel) || spaced(ticks, plotWidth, width).length < ticks.length;
  const shown = upwards ? spaced(ticks, plotWidth, height) : ticks;
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

export function bottomMarks(plot: Box, bottom: Bottom): Mark[] {
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
