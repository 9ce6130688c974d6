import { Failure } from '../failure.ts';
import { escapeLatex } from '../report/escape-latex.ts';
import {
  type Circle,
  type Drawing,
  type Fill,
  type Line,
  type Mark,
  type Path,
  type Place,
  type Raster,
  rounded,
  type Text,
} from './draw/drawing.ts';

/** Most rectangles for pixels: LaTeX takes about a second for 10,000. */
const mostPixels = 40_000;

/**
 * A drawing as a `tikzpicture` for `\input`, which needs only the package tikz. LaTeX sets the text, in the font of the
 * paper.
 *
 * @throws Failure if the drawing has images with more than 40,000 pixels together, because one file of PGF can contain
 *   an image only as a rectangle for each pixel
 */
export function toPgf(drawing: Drawing): string {
  const pixels = drawing.marks.reduce(
    (sum, mark) => sum + (mark.mark === 'raster' ? mark.picture.width * mark.picture.height : 0),
    0,
  );
  if (pixels > mostPixels)
    throw new Failure('too-many-pixels', `The images have ${pixels} pixels together, too many for PGF.`, {
      hint: `PGF draws each pixel as a rectangle, and at most ${mostPixels}. Write this figure as PDF or PNG.`,
    });
  return [
    '% \\usepackage{tikz}',
    `% ${escapeLatex(drawing.description)}`,
    '\\begin{tikzpicture}[x=1bp,y=-1bp,inner sep=0pt,outer sep=0pt,line join=round]',
    // The size of the whole, also where nothing is drawn.
    `\\useasboundingbox (0,0) rectangle (${drawing.width},${drawing.height});`,
    ...drawing.marks.flatMap(statements),
    '\\end{tikzpicture}%',
    '',
  ].join('\n');
}

function statements(mark: Mark): string[] {
  switch (mark.mark) {
    case 'path':
      return [
        `\\path[${style(mark)}] ${mark.places.map(place).join(' -- ')}${mark.closed ? ' -- cycle' : ''};`,
      ];
    case 'circle':
      return [`\\path[${style(mark)}] ${place(mark.centre)} circle[radius=${rounded(mark.radius)}bp];`];
    case 'text':
      return [node(mark)];
    case 'raster':
      return pixelRows(mark);
  }
}

function place([x, y]: Place): string {
  return `(${rounded(x)},${rounded(y)})`;
}

function style({ line, fill }: Path | Circle): string {
  return [...(fill ? fillStyle(fill) : []), ...(line ? lineStyle(line) : [])].join(',');
}

function fillStyle({ colour, opacity }: Fill): string[] {
  return [`fill=${colourOf(colour)}`, ...(opacity === undefined ? [] : [`fill opacity=${opacity}`])];
}

function lineStyle({ colour, width, dashes }: Line): string[] {
  const pattern = dashes?.map((length, i) => `${i % 2 === 0 ? 'on' : 'off'} ${length}bp`);
  return [
    `draw=${colourOf(colour)}`,
    `line width=${width}bp`,
    ...(pattern ? [`dash pattern=${pattern.join(' ')}`] : []),
  ];
}

function colourOf(colour: string): string {
  const [red, green, blue] = [1, 3, 5].map((i) => Number.parseInt(colour.slice(i, i + 2), 16));
  return `{rgb,255:red,${red};green,${green};blue,${blue}}`;
}

function node({ at, words, size, anchor, colour, upwards }: Text): string {
  const side = { start: 'base west', middle: 'base', end: 'base east' }[anchor];
  const options = [
    `anchor=${side}`,
    ...(upwards ? ['rotate=90'] : []),
    `text=${colourOf(colour)}`,
    `font=\\fontsize{${size}bp}{${rounded(size * 1.2)}bp}\\selectfont`,
  ];
  return `\\node[${options.join(',')}] at ${place(at)} {\\strut ${escapeLatex(words)}};`;
}

/** Neighbouring pixels of one colour are one rectangle. Each reaches a little under the next, so that no gap is seen. */
function pixelRows({ box, picture }: Raster): string[] {
  const { width, height, rgb } = picture;
  const [across, down] = [box.width / width, box.height / height];
  const colourAt = (x: number, y: number) =>
    [...rgb.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)].join(',');
  const found: string[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0, end = 0; x < width; x = end) {
      const colour = colourAt(x, y);
      for (end = x + 1; end < width && colourAt(end, y) === colour; ) end++;
      const [red, green, blue] = colour.split(',');
      const right = box.left + Math.min(width, end + 0.1) * across;
      const bottom = box.top + Math.min(height, y + 1.1) * down;
      found.push(
        `\\path[fill={rgb,255:red,${red};green,${green};blue,${blue}}] ${place([box.left + x * across, box.top + y * down])} rectangle ${place([right, bottom])};`,
      );
    }
  }
  return found;
}
