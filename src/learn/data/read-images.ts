import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { Failure } from '../../failure.ts';
import { stream } from '../random/stream.ts';
import type { Collection } from './collection.ts';
import { labelsAt } from './dataset.ts';
import { badFile } from './files.ts';
import { gathered, type Image, shaped } from './image.ts';
import type { Listed, ListedPart } from './image-folder.ts';

export interface ReadImagesOptions {
  /** Of a folder without parts: the share of each class that is for testing, rounded half up. It is always the same. */
  readonly testShare: number;
  /** How many images of how many have been read. */
  readonly onImages?: ((done: number, total: number) => void) | undefined;
}

/**
 * The images of a folder; those that are wanted are decoded one by one.
 * @throws Failure `bad-image-folder` for a wanted class that has too few images to be split
 */
export function openImages(
  listed: Listed,
  { testShare, onImages }: ReadImagesOptions,
): { train: Collection; test: Collection } {
  const parts = 'whole' in listed ? split(listed.whole, testShare) : listed;
  return { train: collection(parts.train, onImages), test: collection(parts.test, onImages) };
}

/** Independent of the seed of a pipeline, so that no model is tested on what another one of it was trained on. */
function split({ classes, images }: ListedPart, share: number): { train: ListedPart; test: ListedPart } {
  const held = new Set(
    [...new Set(images.map(({ label }) => label))].flatMap((wanted) => {
      const members = images.filter(({ label }) => label === wanted);
      return heldOut(members, share, classes[wanted] ?? '');
    }),
  );
  const part = (test: boolean) => ({ classes, images: images.filter((image) => held.has(image) === test) });
  return { train: part(false), test: part(true) };
}

function heldOut<T>(members: readonly T[], share: number, name: string): T[] {
  const count = Math.floor(members.length * share + 0.5);
  if (count === 0 || count === members.length) {
    throw new Failure(
      'bad-image-folder',
      `The class ${name} has ${members.length} images: with a test share of ${share}, ${count} of them are for testing.`,
      { hint: 'Change `test-share`, or make folders train/ and val/.' },
    );
  }
  // By name: the number of a class depends on the others, which may not be wanted.
  const order = stream(0, `image-folder/test/${name}`).permutation(members.length);
  const chosen = new Set(order.subarray(0, count));
  return members.filter((_, place) => chosen.has(place));
}

function collection({ classes, images }: ListedPart, onImages: ReadImagesOptions['onImages']): Collection {
  const all = { classes, labels: Int32Array.from(images, ({ label }) => label) };
  return {
    ...all,
    async read(indices, shaping) {
      const pathOf = (place: number) => images[indices[place] ?? -1]?.path ?? '';
      const read = await gathered(
        indices.length,
        async (place) => {
          const image = shaped(await decoded(pathOf(place)), shaping);
          const done = place + 1;
          if (done % 100 === 0 || done === indices.length) onImages?.(done, indices.length);
          return image;
        },
        pathOf,
      );
      return { classes, labels: labelsAt(all, indices), ...read };
    },
  };
}

/**
 * An image file as three channels of sRGB: gray is repeated, transparency dropped. As Pillow does, it leaves colour profiles
 * and the orientation that a camera noted alone. RGB and gray JPEGs have the very pixels of libjpeg. CMYK and 16 bits a
 * channel are converted in a way of libvips' own.
 *
 * @throws Failure `bad-data-file` for a file that is cut off, damaged or no image, or has other channels
 */
export async function decoded(path: string): Promise<Image> {
  const { data, info } = await raw(path);
  if (info.channels !== 3) {
    throw new Failure('bad-data-file', `${path} has ${info.channels} channels that are no colours.`, {
      hint: 'An image-folder is of RGB, gray or CMYK images. Convert the file, or take it away.',
      details: { path },
    });
  }
  return { data: new Uint8Array(data), shape: [info.height, info.width, 3] };
}

async function raw(path: string) {
  const bytes = await readFile(path);
  try {
    return await sharp(bytes, { ignoreIcc: true, failOn: 'truncated' })
      .toColourspace('srgb')
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
  } catch (cause) {
    throw badFile(path, 'cannot be decoded: it is cut off, damaged, or no image', cause);
  }
}
