import { Failure } from '../../failure.ts';
import { longestFile } from '../weights/format.ts';
import type { Dataset, Image } from './dataset.ts';
import { resize, type Window } from './resize.ts';

/** Changes to images before they are stored, in this order. */
export interface Shaping {
  /** Pixels of the shorter side; the other side in proportion, rounded down. 0: no change. */
  readonly resize: number;
  /** Side of the central square to crop to; 0: no crop. */
  readonly crop: number;
  /** Whether to repeat the single channel of a gray image three times. */
  readonly rgb: boolean;
}

/** @throws Failure `bad-crop` for an image that is smaller than the crop */
export function shaped(image: Image, shaping: Shaping): Image {
  const [height, width] = image.shape;
  const short = Math.min(height, width);
  const side = (length: number) => Math.floor((shaping.resize * length) / short);
  const isResized = shaping.resize !== 0 && shaping.resize !== short;
  const to: [number, number] = isResized ? [side(height), side(width)] : [height, width];
  const window = shaping.crop === 0 ? undefined : centre(to, shaping.crop);
  const sized = isResized ? resize(image, to, window) : image;
  const cut = window && !isResized ? cropped(image, window) : sized;
  return shaping.rgb && cut.shape[2] === 1 ? repeated(cut) : cut;
}

/**
 * Creates all images with `imageOf` and stores them as a data set.
 * @param nameOf for messages
 * @throws Failure `different-sizes`; `too-large` if memory or a file cannot hold them, after the first image
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
      throw differentSizes({ name: nameOf(place), shape: image.shape }, { name: nameOf(0), shape });
    }
    images.set(image.data, place * data.length);
  }
  return { images, shape };
}

interface Named {
  readonly name: string;
  readonly shape: Dataset['shape'];
}

export function differentSizes(one: Named, other: Named): Failure {
  return new Failure(
    'different-sizes',
    `${one.name} is [${one.shape}], but ${other.name} is [${other.shape}].`,
    { hint: 'All images of a data set must have one size: set `resize` and `crop`, such as 256 and 224.' },
  );
}

/** Space for the header of a file with 4-byte labels; the real header is much shorter. */
const headerBytes = 4096;

function room(count: number, size: number): Uint8Array {
  const most = Math.floor((longestFile - headerBytes) / (size + 4));
  if (count > most) {
    throw new Failure(
      'too-large',
      `${count} images of ${size} bytes each are too many for a part of a data set: at most ${most} of them fit in its 2 GiB.`,
      {
        hint: 'Store the files with `store: encoded`, or take fewer images with `train` and `test`, fewer `classes`, or smaller ones with `resize` and `crop`.',
      },
    );
  }
  try {
    return new Uint8Array(count * size);
  } catch (cause) {
    throw new Failure('too-large', `${count} images of ${size} bytes each do not fit in memory.`, {
      hint: 'Take fewer images with `train` and `test`, or smaller ones with `resize` and `crop`.',
      cause,
    });
  }
}

function centre([height, width]: readonly [number, number], side: number): Window {
  if (side > Math.min(height, width)) {
    throw new Failure('bad-crop', `A crop of ${side} does not fit into an image of ${height} × ${width}.`, {
      hint: 'Set a smaller `crop` or a larger `resize`.',
    });
  }
  return { top: halfEven(height - side), left: halfEven(width - side), height: side, width: side };
}

function cropped({ data, shape: [, width, channels] }: Image, window: Window): Image {
  const line = window.width * channels;
  const result = new Uint8Array(window.height * line);
  for (let row = 0; row < window.height; row += 1) {
    const start = ((window.top + row) * width + window.left) * channels;
    result.set(data.subarray(start, start + line), row * line);
  }
  return { data: result, shape: [window.height, window.width, channels] };
}

/** Half of a whole number, rounded to the even neighbour: as torchvision computes the middle. */
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
