import {
  type Circle,
  type Drawing,
  type Fill,
  type Line,
  type Mark,
  type Path,
  rounded,
  type Text,
} from './draw/drawing.ts';
import { encodePng } from './encode-png.ts';

/**
 * A drawing as an SVG image, which contains no script and refers to nothing outside. Text stays text, in DejaVu Sans
 * where it is installed, or else in a font about as wide.
 *
 * @param textMark writes text in another way
 * @param scale pixels of the image for a point of the drawing; without it, the image has the drawing's size in points
 */
export function toSvg(
  drawing: Drawing,
  textMark: (text: Text) => string = textElement,
  scale?: number,
): string {
  const { width, height, title, description, marks } = drawing;
  const size = scale
    ? `width="${Math.round(width * scale)}" height="${Math.round(height * scale)}"`
    : `width="${width}pt" height="${height}pt"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} viewBox="0 0 ${width} ${height}" role="img"` +
      ' font-family="DejaVu Sans, Verdana, sans-serif">',
    `<title>${escapeXml(title)}</title>`,
    `<desc>${escapeXml(description)}</desc>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...marks.map((mark) => element(mark, textMark)),
    '</svg>',
    '',
  ].join('\n');
}

/** Text for the content or an attribute of an element. Its characters must be printable (see `clean`). */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function element(mark: Mark, textMark: (text: Text) => string): string {
  switch (mark.mark) {
    case 'path':
      return `<path d="${pathData(mark)}"${style(mark)}/>`;
    case 'circle': {
      const [x, y] = mark.centre;
      return `<circle cx="${rounded(x)}" cy="${rounded(y)}" r="${rounded(mark.radius)}"${style(mark)}/>`;
    }
    case 'text':
      return textMark(mark);
    case 'raster': {
      const { left, top, width, height } = mark.box;
      const box = `x="${rounded(left)}" y="${rounded(top)}" width="${rounded(width)}" height="${rounded(height)}"`;
      const data = Buffer.from(encodePng(mark.picture)).toString('base64');
      return `<image ${box} preserveAspectRatio="none" image-rendering="pixelated" href="data:image/png;base64,${data}"/>`;
    }
  }
}

function pathData({ places, closed }: Path): string {
  const corners = places.map(([x, y]) => `${rounded(x)} ${rounded(y)}`);
  return `M${corners.join('L')}${closed ? 'Z' : ''}`;
}

function style({ line, fill }: { line?: Line; fill?: Fill } & (Path | Circle)): string {
  const filled = fill ? ` fill="${fill.colour}"` : ' fill="none"';
  const opacity = fill?.opacity === undefined ? '' : ` fill-opacity="${fill.opacity}"`;
  if (!line) return filled + opacity;
  const dashes = line.dashes ? ` stroke-dasharray="${line.dashes.join(' ')}"` : '';
  return `${filled}${opacity} stroke="${line.colour}" stroke-width="${line.width}" stroke-linejoin="round"${dashes}`;
}

function textElement({ at, words, size, anchor, colour, upwards }: Text): string {
  const [x, y] = [rounded(at[0]), rounded(at[1])];
  const turned = upwards ? ` transform="rotate(-90 ${x} ${y})"` : '';
  const anchored = anchor === 'start' ? '' : ` text-anchor="${anchor}"`;
  return `<text x="${x}" y="${y}" font-size="${size}"${anchored} fill="${colour}"${turned}>${escapeXml(words)}</text>`;
}
