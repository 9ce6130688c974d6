import type { Image } from './dataset.ts';

/** A part of an image: its upper left corner and its extent, in pixels. */
export interface Window {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/**
 * Resizes an image with the triangle filter, which is widened for downscaling: bilinear interpolation with
 * antialiasing, with pixels as squares. As in Pillow, and so in torchvision, the width is resized first, results are
 * rounded half up, and at the edges the weights are normalised to sum 1. (libvips, which decodes our files, shifts
 * upscaled images by a quarter of a pixel.)
 *
 * @param to height and width of the whole resized image
 * @param window the part of it that is computed and returned; default: all
 */
export function resize(
  { data, shape: [height, width, channels] }: Image,
  to: readonly [height: number, width: number],
  window: Window = { top: 0, left: 0, height: to[0], width: to[1] },
): Image {
  const columns = filter(width, to[1], window.left, window.width);
  const rows = filter(height, to[0], window.top, window.height);
  const line = window.width * channels;
  const firstRow = rows.first[0] ?? 0;
  const endRow = Math.max(...rows.first.map((first, place) => first + (rows.count[place] ?? 0)));
  const wide = new Uint8Array((endRow - firstRow) * line);
  for (let row = firstRow; row < endRow; row += 1) {
    along(columns, channels, data, row * width * channels, wide, (row - firstRow) * line);
  }
  const result = new Uint8Array(window.height * line);
  along(rows, line, wide, -firstRow * line, result, 0);
  return { data: result, shape: [window.height, window.width, channels] };
}

/** The input pixels of each output pixel, with their weights. */
interface Taps {
  /** The first input pixel of each output pixel, and how many there are. */
  readonly first: Int32Array;
  readonly count: Int32Array;
  /** Of all output pixels, `most` for each. */
  readonly weights: Int32Array;
  readonly most: number;
}

/**
 * Weights are in units of 2⁻²², rounded as in Pillow; otherwise sums half way between two bytes would be rounded
 * differently. A sum of weighted bytes then stays below 2³¹.
 */
const bits = 22;
const one = 2 ** bits;

/** The taps of `length` output pixels from `start` on, where `from` pixels become `to`. */
function filter(from: number, to: number, start: number, length: number): Taps {
  const scale = from / to;
  const reach = Math.max(scale, 1);
  const most = Math.ceil(2 * reach) + 1;
  const taps = {
    first: new Int32Array(length),
    count: new Int32Array(length),
    weights: new Int32Array(length * most),
  };
  for (let place = 0; place < length; place += 1) {
    const centre = (start + place + 0.5) * scale;
    const first = Math.max(Math.floor(centre - reach + 0.5), 0);
    const last = Math.min(Math.floor(centre + reach + 0.5), from);
    const weights = Array.from({ length: last - first }, (_, k) =>
      Math.max(1 - Math.abs(first + k + 0.5 - centre) / reach, 0),
    );
    const sum = weights.reduce((a, b) => a + b, 0);
    taps.first[place] = first;
    taps.count[place] = weights.length;
    for (const [k, weight] of weights.entries()) {
      taps.weights[place * most + k] = Math.round((weight / sum) * one);
    }
  }
  return { ...taps, most };
}

/**
 * Computes groups of `size` values, each as a weighted sum of groups of the input, which begins at `fromStart`. This is
 * most of the work of reading an image, hence the plain loops.
 */
function along(
  { first, count, weights, most }: Taps,
  size: number,
  from: Uint8Array,
  fromStart: number,
  to: Uint8Array,
  toStart: number,
): void {
  for (let place = 0; place < first.length; place += 1) {
    // In range: a filter refers to existing pixels.
    const start = fromStart + (first[place] as number) * size;
    const [taps, weight] = [count[place] as number, place * most];
    for (let value = 0; value < size; value += 1) {
      let sum = one >> 1;
      for (let k = 0, at = start + value; k < taps; k += 1, at += size) {
        sum += Math.imul(weights[weight + k] as number, from[at] as number);
      }
      to[toStart + place * size + value] = Math.min(sum >> bits, 255); // rounds down
    }
  }
}
