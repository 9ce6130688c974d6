import { Failure } from '../../failure.ts';
import { longestFile } from '../weights/format.ts';
import type { Dataset, Image } from './dataset.ts';
import { resize } from './resize.ts';

/** What is done to images before they are stored, in this order. */
export interface Shaping {
  /** Pixels of the shorter side, the other in proportion and rounded down; 0 leaves images as they are. */
  readonly resize: number;
  /** Side of the square that is cut out of the middle; 0 for no cut. */
  readonly crop: number;
  /** Whether the one channel of a gray image is repeated for red, green and blue. */
  readonly rgb: boolean;
}

/** @throws Failure `bad-crop` for an image that is smaller than the crop */
export function shaped(image: Image, shaping: Shaping): Image {
  const [height, width] = image.shape;
  const short = Math.min(height, width);
  const side = (length: number) => Math.floor((shaping.resize * length) / short);
  const sized =
    shaping.resize === 0 || shaping.resize === short ? image : resize(image, [side(height), side(width)]);
  const cut = shaping.crop === 0 ? sized : centre(sized, shaping.crop);
  return shaping.rgb && cut.shape[2] === 1 ? repeated(cut) : cut;
}

/**
 * All images one after the other, each made by `imageOf`, as a data set stores them.
 * @param nameOf for messages
 * @throws Failure `different-sizes`; `too-large` where memory or a file cannot hold them, once the first is made
 */
export async function gathered(
  count: number,
  imageOf: (place: number) => Image | Promise<Image>,
  nameOf: (place: number) => string,
): Promise<{ images: Uint8Array; shape: Dataset['shape'] }> {
  if (count === 0) return { images: new Uint8Array(0), shape: [1, 1, 1] };
  const { shape, data } = await imageOf(0);
  const images = room(count, data.length);
  images.set(data);
  for (let place = 1; place < count; place += 1) {
    const image = await imageOf(place);
    if (image.shape.join() !== shape.join()) {
      throw new Failure(
        'different-sizes',
        `${nameOf(place)} is [${image.shape}], but ${nameOf(0)} is [${shape}].`,
        { hint: 'Give `resize` and `crop`, such as 256 and 224: all images of a data set are of one size.' },
      );
    }
    images.set(image.data, place * data.length);
  }
  return { images, shape };
}

/** Of a file with labels of 4 bytes; its header is far shorter than this. */
const headerBytes = 4096;

function room(count: number, size: number): Uint8Array {
  const most = Math.floor((longestFile - headerBytes) / (size + 4));
  if (count > most) {
    throw new Failure(
      'too-large',
      `${count} images of ${size} bytes each are more than a part of a data set holds: ${most} of them are 2 GiB.`,
      {
        hint: 'Take fewer with `train` and `test`, some of the `classes`, or smaller images (`resize`, `crop`).',
      },
    );
  }
  try {
    return new Uint8Array(count * size);
  } catch (cause) {
    throw new Failure('too-large', `${count} images of ${size} bytes each are more than memory holds.`, {
      hint: 'Take a part of them, or make them smaller.',
      cause,
    });
  }
}

function centre({ data, shape: [height, width, channels] }: Image, side: number): Image {
  if (side > Math.min(height, width)) {
    throw new Failure('bad-crop', `A crop of ${side} does not fit into an image of ${height} × ${width}.`, {
      hint: 'Give a smaller `crop`, or a greater `resize`.',
    });
  }
  const [top, left] = [halfEven(height - side), halfEven(width - side)];
  const result = new Uint8Array(side * side * channels);
  for (let row = 0; row < side; row += 1) {
    const start = ((top + row) * width + left) * channels;
    result.set(data.subarray(start, start + side * channels), row * side * channels);
  }
  return { data: result, shape: [side, side, channels] };
}

/** Half of a whole number, at equal distances the even one: as torchvision finds the middle. */
function halfEven(whole: number): number {
  const half = Math.floor(whole / 2);
  return half + (whole % 2) * (half % 2);
}

function repeated({ data, shape: [height, width] }: Image): Image {
  return {
    data: Uint8Array.from({ length: data.length * 3 }, (_, at) => data[Math.floor(at / 3)] ?? 0),
    shape: [height, width, 3],
  };
}
