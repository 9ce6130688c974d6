import type { Dataset } from '../learn/data/dataset.ts';
import type { Picture } from './figure.ts';

/** @param data row-major [height, width, channels], 0 … 255; one channel is gray */
export function pictureOf(
  data: Uint8Array,
  [height, width, channels]: Dataset['shape'],
  words: string,
): Picture {
  const rgb = new Uint8Array(height * width * 3);
  for (let pixel = 0; pixel < height * width; pixel += 1) {
    for (let colour = 0; colour < 3; colour += 1)
      rgb[3 * pixel + colour] = data[channels * pixel + (channels < 3 ? 0 : colour)] ?? 0;
  }
  return { width, height, rgb, words };
}

/**
 * Shows what changed, in 0 … 255 around the gray 128: 128 + amplify · 255 · (adversarial - clean).
 * @param images `clean` in 0 … 255, `adversarial` in 0 … 1
 */
export function differencePicture(
  images: {
    readonly clean: Uint8Array;
    readonly adversarial: Float32Array;
    readonly shape: Dataset['shape'];
  },
  amplify: number,
): Picture {
  const { clean, adversarial, shape } = images;
  const data = Uint8Array.from(adversarial, (value, k) =>
    Math.min(255, Math.max(0, Math.round(128 + amplify * (255 * value - (clean[k] ?? 0))))),
  );
  return pictureOf(data, shape, '');
}
