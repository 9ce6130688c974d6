import type { Image } from './dataset.ts';
import { badFile } from './files.ts';

/** The positions of the parts of an uncompressed BMP, and the format of its pixels. */
interface Header {
  readonly width: number;
  readonly height: number;
  /** Whether the first row in the file is the top row. */
  readonly topDown: boolean;
  readonly bits: number;
  readonly compression: number;
  /** First byte of the palette, and bytes per colour. */
  readonly palette: number;
  readonly colourBytes: number;
  /** First byte of the pixels. */
  readonly pixels: number;
}

const raw = 0;
const bitFields = 3;

/**
 * Reads a BMP image with 1, 4 or 8 bits and a palette, or with 16, 24 or 32 bits, as three channels. Transparency is
 * dropped. Values of 5 and 6 bits are scaled to 0 … 255 and rounded down, as in Pillow.
 *
 * @param bytes begin with `BM`
 * @param path for messages
 * @throws Failure `bad-data-file` for a file that is truncated, compressed, or has another pixel format
 */
export function readBmp(bytes: Uint8Array, path: string): Image {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  try {
    return pixelsOf(view, headerOf(view), path);
  } catch (cause) {
    // DataView throws this beyond its end.
    if (cause instanceof RangeError) throw badFile(path, 'is a BMP image that is cut off', cause);
    throw cause;
  }
}

function headerOf(view: DataView): Header {
  const size = view.getUint32(14, true);
  const pixels = view.getUint32(10, true);
  if (size === 12) {
    const [width, height] = [view.getUint16(18, true), view.getUint16(20, true)];
    const bits = view.getUint16(24, true);
    return { width, height, bits, pixels, topDown: false, compression: raw, palette: 26, colourBytes: 3 };
  }
  const height = view.getInt32(22, true);
  return {
    width: view.getInt32(18, true),
    height: Math.abs(height),
    topDown: height < 0,
    bits: view.getUint16(28, true),
    compression: view.getUint32(30, true),
    palette: 14 + size,
    colourBytes: 4,
    pixels,
  };
}

function pixelsOf(view: DataView, header: Header, path: string): Image {
  const { width, height, bits, topDown, pixels } = header;
  const colour = colours(view, header);
  if (!colour || width < 1 || height < 1) {
    throw badFile(
      path,
      `is a BMP image of ${width} × ${height} pixels of ${bits} bits, compression ${header.compression}, which is not read`,
    );
  }
  const rowBytes = Math.ceil((width * bits) / 32) * 4;
  // Check the size before allocating memory.
  view.getUint8(pixels + height * rowBytes - 1);
  const data = new Uint8Array(height * width * 3);
  for (let row = 0; row < height; row += 1) {
    const start = pixels + (topDown ? row : height - 1 - row) * rowBytes;
    for (let column = 0; column < width; column += 1) {
      data.set(colour(start, column), (row * width + column) * 3);
    }
  }
  return { data, shape: [height, width, 3] };
}

/** Returns red, green and blue of the pixel in a column; the row starts at byte `start`. */
type Colour = (start: number, column: number) => readonly number[];

function colours(view: DataView, { bits, compression, palette, colourBytes }: Header): Colour | undefined {
  const blueGreenRed = (at: number) => [view.getUint8(at + 2), view.getUint8(at + 1), view.getUint8(at)];
  if (compression === raw && (bits === 1 || bits === 4 || bits === 8)) {
    return (start, column) => {
      const byte = view.getUint8(start + Math.floor((column * bits) / 8));
      const index = (byte >> (8 - bits - ((column * bits) % 8))) & (2 ** bits - 1);
      return blueGreenRed(palette + index * colourBytes);
    };
  }
  if (compression === raw && (bits === 24 || bits === 32)) {
    return (start, column) => blueGreenRed(start + (column * bits) / 8);
  }
  if ((compression !== raw && compression !== bitFields) || (bits !== 16 && bits !== 32)) return undefined;
  // Masks of red, green and blue; default: 5 bits each.
  const masks =
    compression === raw ? [0x7c00, 0x3e0, 0x1f] : [54, 58, 62].map((at) => view.getUint32(at, true));
  const channels = masks.map((mask) => ({ mask, lowest: (mask & -mask) >>> 0 }));
  if (masks.includes(0)) return undefined;
  return (start, column) => {
    const at = start + (column * bits) / 8;
    const pixel = bits === 16 ? view.getUint16(at, true) : view.getUint32(at, true);
    return channels.map(({ mask, lowest }) => {
      const value = ((pixel & mask) >>> 0) / lowest;
      return Math.floor((value * 255) / (mask / lowest));
    });
  };
}
