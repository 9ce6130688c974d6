import type { Image } from './dataset.ts';

/**
 * Resizes an image with the triangle filter, which is widened for downscaling: bilinear interpolation with
 * antialiasing, with pixels as squares. As in Pillow, and so in torchvision, the width is resized first, results are
 * rounded half up, and at the edges the weights are normalised to sum 1. (libvips, which decodes our files, shifts
 * upscaled images by a quarter of a pixel.)
 */
export function resize({ data, shape: [height, width, channels] }: Image, to: [number, number]): Image {
  const columns = filter(width, to[1]);
  const line = to[1] * channels;
  const wide = new Uint8Array(height * line);
  for (let row = 0; row < height; row += 1) {
    const old = data.subarray(row * width * channels, (row + 1) * width * channels);
    along(columns, channels, old, wide.subarray(row * line, (row + 1) * line));
  }
  const result = new Uint8Array(to[0] * line);
  along(filter(height, to[0]), line, wide, result);
  return { data: result, shape: [...to, channels] };
}

/** The input pixels of one output pixel, with their weights. */
interface Taps {
  readonly first: number;
  /** In units of 2⁻²², rounded as in Pillow; otherwise sums half way between two bytes would be rounded differently. */
  readonly weights: Int32Array;
}

const one = 2 ** 22;

function filter(from: number, to: number): Taps[] {
  const scale = from / to;
  const reach = Math.max(scale, 1);
  return Array.from({ length: to }, (_, place) => {
    const centre = (place + 0.5) * scale;
    const first = Math.max(Math.floor(centre - reach + 0.5), 0);
    const last = Math.min(Math.floor(centre + reach + 0.5), from);
    const weights = Array.from({ length: last - first }, (_, k) =>
      Math.max(1 - Math.abs(first + k + 0.5 - centre) / reach, 0),
    );
    const sum = weights.reduce((a, b) => a + b, 0);
    return { first, weights: Int32Array.from(weights, (weight) => Math.round((weight / sum) * one)) };
  });
}

/** Computes groups of `size` values, each as a weighted sum of groups of the input. */
function along(taps: readonly Taps[], size: number, from: Uint8Array, to: Uint8Array): void {
  for (const [place, { first, weights }] of taps.entries()) {
    for (let value = 0; value < size; value += 1) {
      let sum = one / 2;
      for (let k = 0; k < weights.length; k += 1) {
        // In range: a filter refers to existing pixels.
        sum += (weights[k] as number) * (from[(first + k) * size + value] as number);
      }
      to[place * size + value] = Math.min(sum / one, 255); // rounds down
    }
  }
}
