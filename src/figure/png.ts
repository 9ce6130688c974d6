import sharp from 'sharp';
import type { Drawing, Text } from './draw/drawing.ts';
import { rounded } from './draw/drawing.ts';
import { outlinesOf, unitsPerEm, widthOf } from './draw/font.ts';
import { encodePng } from './encode-png.ts';
import { toSvg } from './svg.ts';

/** Pixels per inch, as papers and slides want them. */
const resolution = 300;

/** A drawing as a PNG image of 300 pixels per inch. Text is drawn from outlines, so that installed fonts do not matter. */
export async function toPng(drawing: Drawing): Promise<Uint8Array> {
  const svg = toSvg(drawing, outlined, resolution / 72);
  const { data, info } = await sharp(Buffer.from(svg))
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return encodePng({ width: info.width, height: info.height, rgb: data }, resolution);
}

function outlined({ at, words, size, anchor, colour, upwards }: Text): string {
  const width = widthOf(words, size);
  const back = anchor === 'start' ? 0 : anchor === 'middle' ? width / 2 : width;
  const turned = upwards ? ' rotate(-90)' : '';
  const scale = size / unitsPerEm();
  const place = `translate(${rounded(at[0])} ${rounded(at[1])})${turned} translate(${rounded(-back)} 0)`;
  const glyphs = outlinesOf(words).map(
    ({ outline, start }) => `<path transform="translate(${start} 0)" d="${outline}"/>`,
  );
  return `<g fill="${colour}" transform="${place} scale(${scale} ${-scale})">${glyphs.join('')}</g>`;
}
