import { stream } from '../random/stream.ts';
import type { Dataset, Split } from './dataset.ts';

export interface SyntheticOptions {
  /** Number of images. */
  readonly train: number;
  readonly test: number;
  readonly shape: Dataset['shape'];
  readonly classes: number;
  readonly seed: number;
  /** Standard deviation of the noise, in units of 0 … 255; 0 makes all images of a class the same. */
  readonly noise: number;
}

/** Number of waves in the template of a class. */
const waves = 4;

/**
 * A data set for tests: each class is a smooth random picture (a sum of slow cosine waves), and each image is the
 * picture of its class plus normal noise. Classes are equally frequent, up to one image, and in random order.
 */
export function synthetic(options: SyntheticOptions): Split {
  const templates = Array.from({ length: options.classes }, (_, label) => template(label, options));
  return { train: draw('train', templates, options), test: draw('test', templates, options) };
}

function template(label: number, { shape: [height, width, channels], seed }: SyntheticOptions): Float32Array {
  const random = stream(seed, 'synthetic/template', label);
  const picture = new Float32Array(height * width * channels);
  for (let channel = 0; channel < channels; channel += 1) {
    for (let wave = 0; wave < waves; wave += 1) {
      const [rows, columns, phase] = [random.float() * 2, random.float() * 2, random.float()];
      for (let row = 0; row < height; row += 1) {
        for (let column = 0; column < width; column += 1) {
          const turns = (rows * row) / height + (columns * column) / width + phase;
          const at = (row * width + column) * channels + channel;
          picture[at] = (picture[at] ?? 0) + Math.cos(2 * Math.PI * turns) / Math.sqrt(waves);
        }
      }
    }
  }
  return picture.map((value) => 127.5 + 70 * value);
}

function draw(
  part: 'train' | 'test',
  templates: readonly Float32Array[],
  options: SyntheticOptions,
): Dataset {
  const { shape, seed, noise } = options;
  const count = options[part];
  const size = shape[0] * shape[1] * shape[2];
  const images = new Uint8ClampedArray(count * size);
  const order = stream(seed, `synthetic/${part}/labels`).permutation(count);
  const labels = order.map((place) => place % templates.length);
  const random = stream(seed, `synthetic/${part}/noise`);
  for (const [index, label] of labels.entries()) {
    const picture = templates[label] ?? new Float32Array(size);
    for (let k = 0; k < size; k += 1) {
      // A clamped array rounds, and clips to 0 … 255.
      images[index * size + k] = (picture[k] ?? 0) + noise * random.normal();
    }
  }
  const classes = templates.map((_, label) => `class-${label}`);
  return { images: new Uint8Array(images.buffer), labels, shape, classes };
}
