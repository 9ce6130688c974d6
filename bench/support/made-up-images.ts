import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { stream } from '../../src/learn/random/stream.ts';

const CLASSES = 100;
/** Of ten images, one is for tests. */
const TEST_SHARE = 10;

/**
 * Writes JPEGs of ImageNet's usual sizes, around 500 × 375 pixels and 110 kB: random colours at a coarse scale and noise
 * at a fine one, so that decoding takes what a photograph takes. Images that are there already are kept.
 */
export async function madeUpImages(folder: string, count: number, together: number): Promise<void> {
  let next = 0;
  const makeOnes = async () => {
    for (let image = next++; image < count; image = next++) {
      const label = image % CLASSES;
      const part = Math.floor(image / CLASSES) % TEST_SHARE === 0 ? 'val' : 'train';
      const within = join(folder, part, `class-${String(label).padStart(3, '0')}`);
      const path = join(within, `${image}.jpg`);
      if (existsSync(path)) continue;
      await mkdir(within, { recursive: true });
      await writeFile(path, await jpeg(image));
    }
  };
  await Promise.all(Array.from({ length: together }, makeOnes));
}

async function jpeg(image: number): Promise<Buffer> {
  const random = stream(image, 'bench/image');
  const [width, height] = [440 + random.int(120), 330 + random.int(90)];
  const [columns, rows] = [Math.ceil(width / 2), Math.ceil(height / 2)];
  const coarse = Array.from({ length: 12 * 9 * 3 }, () => 40 + random.int(150));
  const pixels = new Uint8Array(columns * rows * 3);
  for (let at = 0; at < pixels.length; at += 3) {
    const [row, column] = [Math.floor(at / 3 / columns), (at / 3) % columns];
    const cell = 3 * (12 * Math.floor((9 * row) / rows) + Math.floor((12 * column) / columns));
    const noise = random.int(64);
    for (let channel = 0; channel < 3; channel += 1) {
      pixels[at + channel] = (coarse[cell + channel] ?? 0) + noise;
    }
  }
  return sharp(pixels, { raw: { width: columns, height: rows, channels: 3 } })
    .resize(width, height, { kernel: 'cubic', fit: 'fill' })
    .jpeg({ quality: 90 })
    .toBuffer();
}
