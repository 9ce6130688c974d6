import type { Stream } from '../random/stream.ts';
import type { Dataset } from './dataset.ts';

/** The usual augmentation for CIFAR: a random crop of the padded image, then a horizontal flip with probability 1/2. */
export interface Augment {
  /** Zeros to add on each side before cropping to the original size. */
  readonly pad: number;
  /** Whether to flip half of the images horizontally. */
  readonly flip: boolean;
}

/** What is done to one image. */
export interface Change {
  /** The crop is so many rows below and columns right of the image's corner; both may be negative. */
  readonly down: number;
  readonly right: number;
  readonly mirrored: boolean;
}

/**
 * Draws what is done to the next image. It draws from the stream, in this order: row and column of the crop (only if
 * `pad` is above 0), whether to flip (only if `flip`).
 */
export function drawChange({ pad, flip }: Augment, random: Stream): Change {
  const down = pad > 0 ? random.int(2 * pad + 1) - pad : 0;
  const right = pad > 0 ? random.int(2 * pad + 1) - pad : 0;
  return { down, right, mirrored: flip && random.int(2) === 1 };
}

/**
 * Augments one image; see `drawChange`.
 * @param image [height, width, channels]; not changed
 */
export function augmentImage(
  image: Uint8Array,
  shape: Dataset['shape'],
  augment: Augment,
  random: Stream,
): Uint8Array {
  return cropAndFlip(image, shape, drawChange(augment, random));
}

/** The window of the zero-padded image, optionally flipped horizontally. */
export function cropAndFlip(
  image: Uint8Array,
  [height, width, channels]: Dataset['shape'],
  { down, right, mirrored }: Change,
): Uint8Array {
  const result = new Uint8Array(image.length);
  // The columns that are not beyond an edge of the image.
  const [first, end] = mirrored
    ? [Math.max(0, right), Math.min(width, width + right)]
    : [Math.max(0, -right), Math.min(width, width - right)];
  if (end <= first) return result;
  for (let row = Math.max(0, -down); row < Math.min(height, height - down); row += 1) {
    const [to, from] = [row * width * channels, (row + down) * width * channels];
    if (!mirrored) {
      const start = from + (first + right) * channels;
      const line = image.subarray(start, start + (end - first) * channels);
      result.set(line, to + first * channels);
      continue;
    }
    for (let column = first; column < end; column += 1) {
      const old = from + (width - 1 - column + right) * channels;
      const now = to + column * channels;
      for (let channel = 0; channel < channels; channel += 1) {
        result[now + channel] = image[old + channel] as number; // in range
      }
    }
  }
  return result;
}
