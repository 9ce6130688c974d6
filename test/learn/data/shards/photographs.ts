import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { stream } from '../../../../src/learn/random/stream.ts';

/** An image file of some height and width, smooth and noisy as a photograph is. */
export function photograph(seed: number, height: number, width: number): Sharp {
  const random = stream(seed, 'photograph');
  const coarse = Uint8Array.from({ length: 8 * 6 * 3 }, () => random.int(256));
  return sharp(coarse, { raw: { width: 8, height: 6, channels: 3 } }).resize(width, height, {
    kernel: 'cubic',
    fit: 'fill',
  });
}

/** Names of the images in a folder `photographs` makes: two classes, and a third part of them for tests. */
export function photographNames(count: number): string[] {
  return Array.from({ length: count }, (_, at) => {
    const number = String(at).padStart(3, '0');
    return `${at % 3 === 2 ? 'val' : 'train'}/${at % 2 === 0 ? 'cat' : 'dog'}/${number}.${at % 7 === 3 ? 'png' : 'jpg'}`;
  }).sort();
}

/** Writes that many images of different sizes, most of them JPEGs, in the layout of ImageNet. */
export async function photographs(folder: string, count: number): Promise<void> {
  for (const [at, name] of photographNames(count).entries()) {
    const image = photograph(at, 20 + (at % 5), 24 - (at % 4));
    const bytes = await (name.endsWith('.png')
      ? image.png()
      : at % 11 === 4
        ? image.grayscale().jpeg()
        : image.jpeg()
    ).toBuffer();
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), bytes);
  }
}
