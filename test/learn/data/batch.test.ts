import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { augmentImage, cropAndFlip } from '../../../src/learn/data/augment.ts';
import { batches, toBatch } from '../../../src/learn/data/batch.ts';
import { type Dataset, select } from '../../../src/learn/data/dataset.ts';
import { synthetic } from '../../../src/learn/data/synthetic.ts';
import { stream } from '../../../src/learn/random/stream.ts';

/** Three images of 2 × 3 pixels, one channel: 10 … 15, 20 … 25, 30 … 35. */
const dataset: Dataset = {
  images: Uint8Array.of(10, 11, 12, 13, 14, 15, 20, 21, 22, 23, 24, 25, 30, 31, 32, 33, 34, 35),
  labels: Int32Array.of(0, 2, 1),
  shape: [2, 3, 1],
  classes: ['a', 'b', 'c'],
};
const image = dataset.images.subarray(0, 6);

describe('a batch', () => {
  it('has pixels of [0, 1] and one-hot labels, in the order of the indices', () => {
    const { images, labels } = toBatch(dataset, [2, 0]);
    expect(images.shape).toEqual([2, 2, 3, 1]);
    expect([...images.data]).toEqual(
      [30, 31, 32, 33, 34, 35, 10, 11, 12, 13, 14, 15].map((x) => Math.fround(x / 255)),
    );
    expect(labels).toEqual({ shape: [2, 3], data: Float32Array.of(0, 1, 0, 1, 0, 0) });
  });

  it('is refused for a record that does not exist', () => {
    expect(() => toBatch(dataset, [3])).toThrow(RangeError);
    expect(() => toBatch(dataset, [-1])).toThrow(RangeError);
    expect(() => select(dataset, [0.5])).toThrow(RangeError);
  });

  it('is augmented by what the stream says, and by nothing without augmentation', () => {
    const augment = { pad: 1, flip: true };
    const augmented = toBatch(dataset, [0, 1, 2, 0], augment, stream(4, 'batch'));
    expect(toBatch(dataset, [0, 1, 2, 0], augment, stream(4, 'batch'))).toEqual(augmented);
    const random = stream(4, 'batch');
    const one = [0, 1, 2, 0].map((k) =>
      augmentImage(dataset.images.subarray(k * 6, k * 6 + 6), dataset.shape, augment, random),
    );
    expect([...augmented.images.data]).toEqual(
      one.flatMap((pixels) => [...pixels]).map((x) => Math.fround(x / 255)),
    );
    expect(toBatch(dataset, [0], undefined, stream(4, 'batch'))).toEqual(toBatch(dataset, [0]));
  });
});

describe('batches', () => {
  it('go through the order once, the last one with what is left', () => {
    const order = Int32Array.of(4, 2, 0, 1, 3);
    expect([...batches(order, 2)]).toEqual([Int32Array.of(4, 2), Int32Array.of(0, 1), Int32Array.of(3)]);
    expect([...batches(order, 5)]).toEqual([order]);
    expect([...batches(new Int32Array(0), 5)]).toEqual([]);
  });
});

describe('a crop', () => {
  const crop = (down: number, right: number, mirrored = false) => [
    ...cropAndFlip(image, dataset.shape, { down, right, mirrored }),
  ];
  it('shows the window of the zero-padded image', () => {
    expect(crop(0, 0)).toEqual([10, 11, 12, 13, 14, 15]);
    expect(crop(1, 0)).toEqual([13, 14, 15, 0, 0, 0]);
    expect(crop(-1, 1)).toEqual([0, 0, 0, 11, 12, 0]);
    expect(crop(0, -2)).toEqual([0, 0, 10, 0, 0, 13]);
    expect(crop(3, 3)).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('is mirrored after it is cut', () => {
    expect(crop(0, 0, true)).toEqual([12, 11, 10, 15, 14, 13]);
    expect(crop(0, 1, true)).toEqual([0, 12, 11, 0, 15, 14]);
  });

  it('of any image shows at each place the pixel of the definition, or zero beyond the edges', () => {
    const side = fc.integer({ min: 1, max: 5 });
    const shift = fc.integer({ min: -7, max: 7 });
    fc.assert(
      fc.property(side, side, shift, shift, fc.boolean(), (height, width, down, right, mirrored) => {
        const pixels = Uint8Array.from({ length: height * width * 3 }, (_, at) => at + 1);
        const expected = pixels.map((_, at) => {
          const [row, column] = [Math.floor(at / 3 / width), Math.floor(at / 3) % width];
          const fromRow = row + down;
          const fromColumn = (mirrored ? width - 1 - column : column) + right;
          const isInside = fromRow >= 0 && fromRow < height && fromColumn >= 0 && fromColumn < width;
          return isInside ? (pixels[(fromRow * width + fromColumn) * 3 + (at % 3)] ?? 0) : 0;
        });
        const cut = cropAndFlip(pixels, [height, width, 3], { down, right, mirrored });
        expect(cut).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  it('keeps the channels of a pixel together', () => {
    const rgb = Uint8Array.of(1, 2, 3, 4, 5, 6);
    expect([...cropAndFlip(rgb, [1, 2, 3], { down: 0, right: 0, mirrored: true })]).toEqual([
      4, 5, 6, 1, 2, 3,
    ]);
  });

  it('mirrored twice is the image', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 24, maxLength: 24 }), (pixels) => {
        const shape = [2, 4, 3] as const;
        const flip = { down: 0, right: 0, mirrored: true };
        expect(cropAndFlip(cropAndFlip(pixels, shape, flip), shape, flip)).toEqual(pixels);
      }),
    );
  });
});

describe('augmentation', () => {
  it('reaches each offset and both sides about equally often', () => {
    const random = stream(1, 'augment');
    const dot = Uint8Array.of(0, 0, 0, 0, 7, 0, 0, 0, 0); // the centre of 3 × 3
    const seen = new Array<number>(9).fill(0);
    for (let i = 0; i < 9000; i += 1) {
      const at = augmentImage(dot, [3, 3, 1], { pad: 1, flip: false }, random).indexOf(7);
      seen[at] = (seen[at] ?? 0) + 1;
    }
    for (const count of seen) expect(Math.abs(count - 1000)).toBeLessThan(130); // 4.3 standard deviations
    let mirrored = 0;
    for (let i = 0; i < 1000; i += 1) {
      if (augmentImage(Uint8Array.of(1, 2), [1, 2, 1], { pad: 0, flip: true }, random)[0] === 2)
        mirrored += 1;
    }
    expect(Math.abs(mirrored - 500)).toBeLessThan(64);
  });
});

describe('a synthetic data set', () => {
  const options = { train: 100, test: 31, shape: [6, 5, 3] as const, classes: 3, seed: 1, noise: 20 };

  it('has the asked size and equally many records of each class, and is the same for the same seed', () => {
    const { train, test } = synthetic(options);
    expect([train.images.length, test.images.length]).toEqual([100 * 90, 31 * 90]);
    const counts = (set: Dataset) =>
      set.classes.map((_, k) => set.labels.filter((label) => label === k).length);
    expect([counts(train), counts(test)]).toEqual([
      [34, 33, 33],
      [11, 10, 10],
    ]);
    expect(synthetic(options)).toEqual({ train, test });
    expect(synthetic({ ...options, seed: 2 }).train.images).not.toEqual(train.images);
  });

  it('can be learnt: the nearest class mean of the training images is right for the test images', () => {
    const { train, test } = synthetic(options);
    const means = train.classes.map((_, k) => {
      const mine = Array.from(train.labels.keys()).filter((index) => train.labels[index] === k);
      return Array.from(
        { length: 90 },
        (_, p) => mine.reduce((sum, i) => sum + (train.images[i * 90 + p] ?? 0), 0) / mine.length,
      );
    });
    const right = Array.from(test.labels.entries()).filter(([index, label]) => {
      const distances = means.map((mean) =>
        mean.reduce((sum, m, p) => sum + (m - (test.images[index * 90 + p] ?? 0)) ** 2, 0),
      );
      return distances.indexOf(Math.min(...distances)) === label;
    });
    expect(right.length).toBe(31);
  });
});
