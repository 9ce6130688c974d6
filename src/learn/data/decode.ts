import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { Failure } from '../../failure.ts';
import { readBmp } from './bmp.ts';
import type { Image } from './dataset.ts';
import { badFile } from './files.ts';
import { readPnm } from './pnm.ts';

/** Reads and decodes an image file; see `decodeBytes`. @throws Failure `bad-data-file` */
export async function decoded(path: string): Promise<Image> {
  return decodeBytes(await readFile(path), path);
}

/**
 * Decodes the bytes of an image file to three channels of sRGB: gray is repeated, transparency is dropped. The format is
 * recognised by the first bytes, not by the name. As in Pillow, colour profiles are ignored, and so is the
 * orientation noted by a camera, except in TIFF files. RGB and gray JPEGs have exactly the pixels of libjpeg. CMYK
 * and 16-bit images are converted by libvips.
 *
 * @param path for messages
 * @throws Failure `bad-data-file` for a file that is empty, truncated, damaged or not an image, or has other channels
 */
export async function decodeBytes(bytes: Buffer, path: string): Promise<Image> {
  if (bytes.length === 0) throw badFile(path, 'is empty');
  const start = bytes.toString('latin1', 0, 4);
  if (start.startsWith('BM')) return readBmp(bytes, path);
  if (/^P\d/.test(start)) return readPnm(bytes, path);
  // Little- and big-endian TIFF, and BigTIFF.
  const upright = /^(?:II[*+]\0|MM\0[*+])/.test(start);
  const { data, info } = await withSharp(bytes, upright, path);
  if (info.channels !== 3) {
    throw new Failure(
      'bad-data-file',
      `${path} has ${info.channels} channels, which are not the colours of an image.`,
      {
        hint: 'An image-folder can contain RGB, gray and CMYK images. Convert the file, or remove it.',
        details: { path },
      },
    );
  }
  const pixels = new Uint8Array(data.buffer, data.byteOffset, data.length);
  return { data: pixels, shape: [info.height, info.width, 3] };
}

/** @param upright whether to rotate the image as its orientation tag says */
async function withSharp(bytes: Buffer, upright: boolean, path: string) {
  try {
    const image = sharp(bytes, { ignoreIcc: true, failOn: 'truncated' });
    return await (upright ? image.autoOrient() : image)
      .toColourspace('srgb')
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
  } catch (cause) {
    throw badFile(path, 'cannot be decoded: it is cut off, damaged, or no image', cause);
  }
}
