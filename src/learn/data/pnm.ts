import type { Image } from './dataset.ts';
import { badFile } from './files.ts';

/**
 * Reads a portable graymap or pixmap (PGM, PPM; https://netpbm.sourceforge.net/doc/ppm.html), with binary (P5, P6) or
 * decimal values (P2, P3), as three channels. Values of 0 … maxval are scaled to 0 … 255 and rounded half to even, as
 * in Pillow. (Gray values of more than 8 bits are scaled too; Pillow cuts them off at 255.)
 *
 * @param bytes begin with `P`
 * @param path for messages
 * @throws Failure `bad-data-file` for a file that is truncated, damaged, or of another kind
 */
export function readPnm(bytes: Uint8Array, path: string): Image {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  const { words, end } = wordsOf(text, 0, 4);
  const [magic = '', width = 0, height = 0, most = 0] = [words[0], ...words.slice(1).map(Number)];
  const sizes = [width, height, most];
  if (
    !/^P[2356]$/.test(magic) ||
    !sizes.every((size) => Number.isInteger(size) && size > 0) ||
    most > 65535
  ) {
    throw badFile(path, 'is no PGM or PPM image (P2, P3, P5 or P6) with a width, a height and a maximum');
  }
  const channels = magic === 'P3' || magic === 'P6' ? 3 : 1;
  const count = width * height * channels;
  const values =
    magic === 'P2' || magic === 'P3'
      ? wordsOf(text, end, count).words.map(Number)
      : binary(bytes.subarray(end + 1), count, most < 256 ? 1 : 2);
  if (values.length < count) throw badFile(path, `is cut off after ${values.length} of ${count} values`);
  const scaled = Uint8Array.from(values, (value) => halfEven((value / most) * 255));
  const wrong = values.find((value) => !(value >= 0 && value <= most));
  if (wrong !== undefined) throw badFile(path, `has a value that is not in 0 … ${most}`);
  const data =
    channels === 3
      ? scaled
      : Uint8Array.from({ length: count * 3 }, (_, at) => scaled[Math.floor(at / 3)] ?? 0);
  return { data, shape: [height, width, 3] };
}

/** At most `count` words from a position, without comments, and the end of the last one. */
function wordsOf(text: string, from: number, count: number): { words: string[]; end: number } {
  const word = /(?:\s|#[^\r\n]*)*([^\s#]+)/y;
  word.lastIndex = from;
  const words: string[] = [];
  let end = from;
  while (words.length < count) {
    const found = word.exec(text)?.[1];
    if (found === undefined) break;
    words.push(found);
    end = word.lastIndex;
  }
  return { words, end };
}

/** At most `count` values of one byte, or of two bytes in big-endian order. */
function binary(bytes: Uint8Array, count: number, size: 1 | 2): number[] {
  const length = Math.min(count, Math.floor(bytes.length / size));
  return Array.from({ length }, (_, at) =>
    size === 1 ? (bytes[at] ?? 0) : (bytes[2 * at] ?? 0) * 256 + (bytes[2 * at + 1] ?? 0),
  );
}

/** Rounds to the nearest whole number, half to even. */
function halfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest === 0.5 ? floor + (floor % 2) : Math.round(value);
}
