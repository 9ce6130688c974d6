import type { Axis } from '../figure.ts';
import type { Place, Text } from './drawing.ts';
import { widthOf } from './font.ts';

/** Sizes of text in points, for a page whose text has about ten. */
export const sizes = { title: 8, axis: 7.5, tick: 6.5, legend: 7, note: 6 } as const;

/** From one baseline to the next, in sizes of the text. */
export const lineHeight = 1.25;

export const ink = '#000000';
export const greyInk = '#444444';

/** Control characters, halves of surrogate pairs, marks of direction, and what XML forbids. */
const unprintable = /[\p{Cc}\p{Cs}\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff]/gu;

/** Words as one line of printable characters. */
export function clean(words: string): string {
  return words.replace(/\s+/g, ' ').replace(unprintable, '').trim();
}

/** What an axis shows, with its unit. */
export function axisWords({ words, format }: Axis): string {
  return format === 'percent' ? `${words} (%)` : words;
}

export function text(
  words: string,
  at: Place,
  size: number,
  options: { anchor?: Text['anchor']; colour?: string; upwards?: boolean } = {},
): Text {
  const { anchor = 'start', colour = ink, upwards = false } = options;
  return { mark: 'text', at, words: clean(words), size, anchor, colour, upwards };
}

/**
 * Breaks words into lines that are no wider than `width` points: at spaces, else after a sign such as a hyphen, else
 * anywhere. No words are no line.
 */
export function wrapped(words: string, width: number, size: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const piece of pieces(clean(words))) {
    if (widthOf((line + piece).trimEnd(), size) <= width) {
      line += piece;
      continue;
    }
    lines.push(line);
    line = '';
    for (const character of piece) {
      if (widthOf((line + character).trimEnd(), size) > width) {
        lines.push(line);
        line = '';
      }
      line += character;
    }
  }
  lines.push(line);
  return lines.map((one) => one.trim()).filter((one) => one !== '');
}

/** Words in at most so many lines. What does not fit is cut off, with an ellipsis. */
export function cut(words: string, width: number, size: number, most = 1): string[] {
  const lines = wrapped(words, width, size);
  return lines.slice(0, most).map((line, i) => (i === most - 1 && lines.length > most ? `${line}…` : line));
}

/** The width of the longest piece that `wrapped` keeps together if it can. */
export function widestPiece(words: string, size: number): number {
  return Math.max(0, ...pieces(clean(words)).map((piece) => widthOf(piece.trimEnd(), size)));
}

/** Parts after which a line may end. */
function pieces(words: string): string[] {
  return words.match(/[^\s\-–—/,;=]*[\s\-–—/,;=]*/g)?.filter((piece) => piece !== '') ?? [];
}

/** Lines of text below each other; the first begins at `top`. */
export function block(
  lines: readonly string[],
  at: { x: number; top: number },
  size: number,
  options: { anchor?: Text['anchor']; colour?: string } = {},
): Text[] {
  return lines.map((line, i) => text(line, [at.x, at.top + size * (i * lineHeight + 0.95)], size, options));
}

export function heightOf(lines: readonly string[], size: number): number {
  return lines.length * size * lineHeight;
}
