import type { Figure } from '../figure.ts';
import { type Mark, rectangle, segment } from './drawing.ts';
import { widthOf } from './font.ts';
import { hatched } from './hatch.ts';
import { type Look, lineOf } from './look.ts';
import { markerAt, markerRadius } from './marker.ts';
import { block, heightOf, lineHeight, sizes, wrapped } from './words.ts';

/** What stands for a series: a piece of its line, its marker, or a small bar. */
interface Entry {
  readonly words: string;
  readonly key: 'line' | 'marker' | 'bar';
}

const keyWidths = { line: 20, marker: 2 * markerRadius + 1, bar: 12 } as const;
const keyGap = 3;
const columnGap = 12;

export interface Legend {
  readonly height: number;
  draw(left: number, top: number): Mark[];
}

/** The legend of all panels, in as many columns as fit into a width, row by row; nothing if no series has words. */
export function legendOf(figure: Figure, width: number, lookOf: (words: string) => Look): Legend {
  const entries = entriesOf(figure);
  const keyWidth = Math.max(0, ...entries.map(({ key }) => keyWidths[key]));
  const wordsStart = keyWidth + keyGap;
  const wanted = entries.map(({ words }) => wordsStart + widthOf(words, sizes.legend));
  const columns = columnsWithin(wanted, width);
  const used = columns.reduce((sum, one) => sum + one + columnGap, -columnGap);
  const lines = entries.map(({ words }) => wrapped(words, width - wordsStart, sizes.legend));
  const rows = Array.from({ length: Math.ceil(entries.length / Math.max(1, columns.length)) }, (_, row) =>
    columns.flatMap((_, column) => {
      const i = row * columns.length + column;
      const entry = entries[i];
      return entry ? [{ entry, lines: lines[i] ?? [] }] : [];
    }),
  );
  const heights = rows.map((row) => Math.max(...row.map((one) => heightOf(one.lines, sizes.legend))));
  return {
    height: heights.reduce((sum, height) => sum + height, 0),
    draw(left, top) {
      const marks: Mark[] = [];
      let y = top;
      for (const [i, row] of rows.entries()) {
        let x = left + (width - used) / 2;
        for (const [column, { entry, lines }] of row.entries()) {
          const middle = y + (sizes.legend * lineHeight) / 2;
          marks.push(...key(entry, lookOf(entry.words), x, x + keyWidth, middle));
          marks.push(...block(lines, { x: x + wordsStart, top: y }, sizes.legend));
          x += (columns[column] ?? 0) + columnGap;
        }
        y += heights[i] ?? 0;
      }
      return marks;
    },
  };
}

/** Widths of the columns of the legend: as many as fit, with rows of about the same length. */
function columnsWithin(wanted: readonly number[], width: number): number[] {
  for (let rows = 1; rows <= wanted.length; rows++) {
    const count = Math.ceil(wanted.length / rows);
    const columns = Array.from({ length: count }, (_, column) =>
      Math.max(...wanted.filter((_, i) => i % count === column)),
    );
    const used = columns.reduce((sum, one) => sum + one + columnGap, -columnGap);
    if (used <= width) return columns;
  }
  return wanted.length === 0 ? [] : [width];
}

/** Series of the same words have one entry, with the key of the first. */
function entriesOf(figure: Figure): Entry[] {
  const entries = new Map<string, Entry>();
  for (const panel of figure.panels) {
    if (panel.plot === 'images') continue;
    for (const series of panel.series) {
      if (series.words === '' || entries.has(series.words)) continue;
      const key = !('joined' in series) ? 'bar' : series.joined ? 'line' : 'marker';
      entries.set(series.words, { words: series.words, key });
    }
  }
  return [...entries.values()];
}

function key({ key }: Entry, look: Look, left: number, right: number, middle: number): Mark[] {
  if (key === 'bar') {
    const box = { left: right - keyWidths.bar, top: middle - 3, width: keyWidths.bar, height: 6 };
    return [rectangle(box, { fill: { colour: look.colour } }), ...hatched(box, look.hatch)];
  }
  const marker = markerAt([(left + right) / 2, middle], look);
  return key === 'marker' ? [marker] : [segment([left, middle], [right, middle], lineOf(look)), marker];
}
