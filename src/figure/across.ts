import { settingOf } from '../pipeline/parse/fractions.ts';
import { idOf } from '../report/group-cells.ts';
import type { Key, Line } from '../report/table.ts';

/** A panel of a figure, with lines of a table that belong in it. */
export interface PanelLines {
  readonly title: string | undefined;
  readonly series: readonly SeriesLines[];
}

/** A series, with its lines. */
export interface SeriesLines {
  readonly words: string;
  readonly lines: readonly Line[];
}

/**
 * Sorts lines of a table into panels and series.
 * @param panels how many of the keys choose the panel
 * @param series how many of the next ones choose the series
 */
export function splitLines(
  lines: readonly Line[],
  keys: readonly Key[],
  { panels, series }: { readonly panels: number; readonly series: number },
): PanelLines[] {
  const found = groupBy(lines, (line) => part(line, 0, panels)).map(({ first, members }) => ({
    title: panels === 0 ? undefined : wordsOf(part(first, 0, panels), keys),
    series: groupBy(members, (line) => part(line, panels, panels + series)).map((one) => ({
      words: wordsOf(part(one.first, panels, panels + series), keys.slice(panels)),
      lines: one.members,
    })),
  }));
  // A legend of one series says nothing.
  const words = new Set(found.flatMap((panel) => panel.series.map((one) => one.words)));
  if (words.size !== 1) return found;
  return found.map((panel) => ({ ...panel, series: panel.series.map((one) => ({ ...one, words: '' })) }));
}

/** Numbers say what they are numbers of: `epsilon = 8/255`. */
export function wordsOf({ values, words }: Line, keys: readonly Key[]): string {
  return words
    .map((word, k) => {
      const [key, value] = [keys[k], values[k]];
      const isBare = typeof settingOf(value) !== 'string' && word === String(value);
      return key && isBare ? `${key.words} = ${word}` : word;
    })
    .join(' / ');
}

function part({ values, words }: Line, from: number, to: number): Line {
  return { values: values.slice(from, to), words: words.slice(from, to) };
}

function groupBy(lines: readonly Line[], partOf: (line: Line) => Line) {
  const groups = new Map<string, { first: Line; members: Line[] }>();
  for (const line of lines) {
    const id = idOf(partOf(line));
    const group = groups.get(id) ?? { first: line, members: [] };
    group.members.push(line);
    groups.set(id, group);
  }
  return [...groups.values()];
}
