import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decoded } from '../../../src/learn/data/decode.ts';
import { temporaryFolder } from './folder.ts';

interface Frozen {
  readonly images: readonly { name: string; file: string; shape: number[]; pixels: string }[];
}

// pillow-frozen.py makes it again.
const frozen = JSON.parse(readFileSync(new URL('pillow-frozen.json', import.meta.url), 'utf8')) as Frozen;
const path = join(temporaryFolder(), 'image.jpg');

function decode(bytes: Uint8Array | string) {
  writeFileSync(path, bytes);
  return decoded(path);
}

const bytesOf = (name: string) =>
  Buffer.from(frozen.images.find((image) => image.name === name)?.file ?? '', 'base64');

function changed(bytes: Buffer, at: number, value: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = value;
  return copy;
}

describe('decoding an image', () => {
  it.each(frozen.images)('gives the pixels of Pillow, whatever its name: $name', async (image) => {
    const { data, shape } = await decode(Buffer.from(image.file, 'base64'));
    expect([shape, data.join(' ')]).toEqual([image.shape, image.pixels]);
  });

  const bmp = bytesOf('BMP of 24 bits');
  const ppm = bytesOf('PPM');
  it.each([
    ['a BMP without its last byte', bmp.subarray(0, -1), 'cut off'],
    ['a BMP that ends in its header', bmp.subarray(0, 20), 'cut off'],
    ['a BMP that says it is huge', changed(bmp, 21, 0x7f), 'cut off'],
    ['a compressed BMP', changed(bmp, 30, 1), 'compression 1'],
    ['a BMP of no known bits', changed(bmp, 28, 7), 'of 7 bits'],
    ['a PPM without its last byte', ppm.subarray(0, -1), 'cut off after 17 of 18'],
    ['a PPM that ends in its header', ppm.subarray(0, 6), 'width, a height and a maximum'],
    ['a PBM', 'P4\n8 1\nx', 'P2, P3, P5 or P6'],
    ['a PGM in decimal that is cut off', 'P2 2 2 255 1 2 3', 'cut off after 3 of 4'],
    ['a PGM with a word for a value', 'P2 2 1 255 1 x', 'not in 0 … 255'],
    ['a PGM with a value above its maximum', 'P2 2 1 15 1 16', 'not in 0 … 15'],
  ])('names the file that is %s', async (_, bytes, message) => {
    await expect(decode(bytes)).rejects.toMatchObject({
      reason: 'bad-data-file',
      message: expect.stringMatching(`^${path} .*${message}`),
    });
  });
});
