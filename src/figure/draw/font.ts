import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { home } from '../../home.ts';

/** The font of all figures, which comes with retable: see data/font/README.md. */
export const fontFile: string = join(home, 'data/font/dejavu-sans.ttf');

/** How wide a character is, and its outline as an SVG path with y upwards, in units of the font. */
type Glyph = readonly [width: number, outline: string];

interface Glyphs {
  /** Units in one em, which is the size of a text. */
  readonly unitsPerEm: number;
  /** An empty box, for characters that the font does not have. */
  readonly missing: Glyph;
  readonly glyphs: Readonly<Record<string, Glyph>>;
}

let loaded: Glyphs | undefined;

/** The width of a text in points. */
export function widthOf(words: string, size: number): number {
  let units = 0;
  for (const character of words) units += glyphOf(character)[0];
  return (units * size) / font().unitsPerEm;
}

/** The characters of a text that have ink: the outline of each, and where it starts, in units of the font. */
export function outlinesOf(words: string): { outline: string; start: number }[] {
  let start = 0;
  const found: { outline: string; start: number }[] = [];
  for (const character of words) {
    const [width, outline] = glyphOf(character);
    if (outline !== '') found.push({ outline, start });
    start += width;
  }
  return found;
}

export function unitsPerEm(): number {
  return font().unitsPerEm;
}

function glyphOf(character: string): Glyph {
  const { glyphs, missing } = font();
  return Object.hasOwn(glyphs, character) ? (glyphs[character] ?? missing) : missing;
}

function font(): Glyphs {
  // Made by data/font/make.py.
  loaded ??= JSON.parse(readFileSync(join(home, 'data/font/glyphs.json'), 'utf8')) as Glyphs;
  return loaded;
}
