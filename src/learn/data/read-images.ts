import { Failure } from '../../failure.ts';
import { stream } from '../random/stream.ts';
import type { Collection } from './collection.ts';
import { labelsAt } from './dataset.ts';
import { decoded } from './decode.ts';
import { gathered, shaped } from './image.ts';
import type { Listed, ListedPart } from './image-folder.ts';
import type { ImageFile } from './shards/write-shards.ts';

type Part = Pick<ListedPart, 'classes' | 'images'>;

export interface ReadImagesOptions {
  /**
   * For a folder without parts: the fraction of each class for testing, rounded half up. The choice is always the
   * same.
   */
  readonly testShare: number;
  /** Number of images read, and of all images. */
  readonly onImages?: ((done: number, total: number) => void) | undefined;
}

/**
 * The images of a folder, decoded one by one when they are needed.
 * @throws Failure `bad-image-folder` for a requested class with too few images to be split
 */
export function openImages(
  listed: Listed,
  { testShare, onImages }: ReadImagesOptions,
): { train: Collection; test: Collection } {
  const parts = 'whole' in listed ? split(listed.whole, testShare) : listed;
  return { train: collection(parts.train, onImages), test: collection(parts.test, onImages) };
}

/** Independent of the seed of a pipeline, so that no model is tested on training images of another one. */
function split({ classes, images }: Part, share: number): { train: Part; test: Part } {
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
      `The class ${name} has ${members.length} images: with \`test-share: ${share}\`, ${count} of them would be test images.`,
      {
        hint: 'Change `test-share` so that each class has training and test images, or make folders train/ and val/.',
      },
    );
  }
  // By name, because the number of a class depends on the other classes, which may not be requested.
  const order = stream(0, `image-folder/test/${name}`).permutation(members.length);
  const chosen = new Set(order.subarray(0, count));
  return members.filter((_, place) => chosen.has(place));
}

function collection({ classes, images }: Part, onImages: ReadImagesOptions['onImages']): Collection {
  const all = { classes, labels: Int32Array.from(images, ({ label }) => label) };
  return {
    ...all,
    files: (indices) => Array.from(indices, (index) => fileAt(images, index)),
    async read(indices, shaping) {
      const pathOf = (place: number) => fileAt(images, indices[place] ?? -1).path;
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

function fileAt(images: Part['images'], index: number): ImageFile {
  const file = images[index];
  if (file) return file;
  throw new RangeError(`There is no image ${index} in a folder of ${images.length}`);
}
