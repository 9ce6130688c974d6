import { describe, expect, it } from 'vitest';
import type { Image } from '../../../src/learn/data/dataset.ts';
import { gathered, type Shaping, shaped } from '../../../src/learn/data/image.ts';
import { resize } from '../../../src/learn/data/resize.ts';

const asIs: Shaping = { resize: 0, crop: 0, rgb: false };

function image(height: number, width: number, channels: number, value: (at: number) => number): Image {
  return {
    data: Uint8Array.from({ length: height * width * channels }, (_, at) => value(at)),
    shape: [height, width, channels],
  };
}

const rowsOf = ({ data, shape: [height, width, channels] }: Image) =>
  Array.from({ length: height }, (_, row) => [
    ...data.subarray(row * width * channels, (row + 1) * width * channels),
  ]);

describe('resizing', () => {
  const pattern = image(4, 6, 1, (at) => (at * 37) % 256);

  it('gives the very bytes of Pillow (12.3, BILINEAR), larger and smaller', () => {
    expect(rowsOf(resize(pattern, [6, 9]))).toEqual([
      [0, 19, 43, 68, 93, 117, 142, 167, 185],
      [111, 66, 26, 51, 76, 100, 125, 150, 168],
      [216, 129, 39, 36, 53, 77, 102, 127, 145],
      [194, 191, 158, 41, 31, 55, 80, 105, 123],
      [171, 190, 193, 133, 72, 32, 57, 82, 100],
      [154, 173, 197, 222, 119, 15, 40, 65, 83],
    ]);
    expect(rowsOf(resize(pattern, [3, 4]))).toEqual([
      [52, 56, 109, 161],
      [171, 58, 68, 120],
      [178, 159, 47, 79],
    ]);
  });

  it('keeps a ramp of twice the width a ramp, and a plain image plain', () => {
    const ramp = image(1, 8, 1, (at) => 32 * at);
    expect(rowsOf(resize(ramp, [1, 16]))).toEqual([
      [0, 8, 24, 40, 56, 72, 88, 104, 120, 136, 152, 168, 184, 200, 216, 224],
    ]);
    for (const to of [3, 7, 19]) {
      expect(
        new Set(
          resize(
            image(7, 7, 3, () => 255),
            [to, to],
          ).data,
        ),
      ).toEqual(new Set([255]));
    }
  });

  it('treats channels apart', () => {
    const one = (channel: number) => image(4, 6, 1, (at) => (at * 37 + 100 * channel) % 256);
    const both = image(4, 6, 2, (at) => (Math.floor(at / 2) * 37 + 100 * (at % 2)) % 256);
    const { data } = resize(both, [5, 5]);
    for (const channel of [0, 1]) {
      expect(data.filter((_, at) => at % 2 === channel)).toEqual(resize(one(channel), [5, 5]).data);
    }
  });
});

describe('shaping an image', () => {
  it('resizes the shorter side, and the other in proportion, rounded down', () => {
    expect(
      shaped(
        image(10, 15, 3, () => 1),
        { ...asIs, resize: 7 },
      ).shape,
    ).toEqual([7, 10, 3]);
    expect(
      shaped(
        image(15, 10, 3, () => 1),
        { ...asIs, resize: 7 },
      ).shape,
    ).toEqual([10, 7, 3]);
  });

  it('cuts the square out of the middle, where there is none in that of torchvision', () => {
    const corner = (size: number, crop: number) =>
      shaped(
        image(size, size, 1, (at) => at),
        { ...asIs, crop },
      ).data[0];
    expect([corner(6, 2), corner(5, 4), corner(5, 2)]).toEqual([2 * 6 + 2, 0, 2 * 5 + 2]); // 2, 0.5, 1.5
    expect(
      rowsOf(
        shaped(
          image(2, 5, 1, (at) => at),
          { ...asIs, crop: 2 },
        ),
      ),
    ).toEqual([
      [2, 3],
      [7, 8],
    ]);
  });

  it('refuses a crop that does not fit', () => {
    expect(() =>
      shaped(
        image(4, 6, 1, () => 0),
        { ...asIs, crop: 5 },
      ),
    ).toThrow(expect.objectContaining({ reason: 'bad-crop' }));
  });

  it('repeats the channel of a gray image and leaves a coloured one alone', () => {
    expect([
      ...shaped(
        image(1, 2, 1, (at) => at + 5),
        { ...asIs, rgb: true },
      ).data,
    ]).toEqual([5, 5, 5, 6, 6, 6]);
    const coloured = image(1, 2, 3, (at) => at);
    expect(shaped(coloured, { ...asIs, rgb: true })).toBe(coloured);
  });
});

describe('gathering images', () => {
  it('refuses those of different sizes, and names them', async () => {
    const sizes = [4, 4, 5];
    const names = ['a', 'b', 'c'];
    await expect(
      gathered(
        3,
        (place) => image(sizes[place] ?? 0, 4, 1, () => 0),
        (place) => names[place] ?? '',
      ),
    ).rejects.toMatchObject({ reason: 'different-sizes', message: 'c is [5,4,1], but a is [4,4,1].' });
  });

  it('says how many a file can hold once it has made the first, and makes no other', async () => {
    let made = 0;
    const large = () => {
      made += 1;
      return image(224, 224, 3, () => 0);
    };
    // 14266 · (224 · 224 · 3 + 4) bytes are 2,147,489,512: more than 2³¹ - 1.
    await expect(gathered(14_266, large, String)).rejects.toMatchObject({
      reason: 'too-large',
      message: expect.stringContaining('at most 14265 of them fit in its 2 GiB'),
      hint: expect.stringContaining('`train`'),
    });
    expect(made).toBe(1);
  });
});
