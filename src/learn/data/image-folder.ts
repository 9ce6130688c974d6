import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../../failure.ts';
import type { Places, Source } from '../../kind/kind.ts';

/** A data set as a folder of images, which lie in a folder for each class. */
export interface ImageFolder {
  /** Under the data folder. */
  readonly folder: string;
}

/** Where the images of one part lie. */
export interface ListedPart {
  /** Names of folders, in the order of their UTF-16 code units. */
  readonly classes: readonly string[];
  /** Those of each class one after the other, each class in the order of its names. `name` is relative to the data set. */
  readonly images: readonly { readonly name: string; readonly path: string; readonly label: number }[];
}

/** Both parts, or one that has yet to be split. */
export type Listed =
  | { readonly whole: ListedPart }
  | { readonly train: ListedPart; readonly test: ListedPart };

/** By their names; other files are left alone, as torchvision's ImageFolder does. */
const imageName = /\.(jpe?g|png|webp|tiff?)$/i;

/**
 * Lists the images of `train/` and `val/` (or `test/`), where there is a `train/`, else those of the folder itself. A
 * class's images may lie in folders below its own. Files are looked for and not read.
 *
 * @throws Failure `data-not-found`; `bad-image-folder` for a class without images and for parts of different classes
 */
export function listImages({ folder }: ImageFolder, { dataDir }: Places): Listed {
  if (dataDir === undefined) {
    throw new Failure('data-not-found', 'An image-folder is read from the data folder, and none was given.', {
      hint: 'Give --data-dir, and the path under it as `folder`.',
    });
  }
  const root = join(dataDir, folder);
  if (!existsSync(root)) {
    throw new Failure('data-not-found', `There is no folder ${root}.`, {
      hint: '`folder` is the path of the images under --data-dir.',
    });
  }
  if (!existsSync(join(root, 'train'))) return { whole: listPart(root, '') };
  const testName = ['val', 'test'].find((name) => existsSync(join(root, name)));
  if (testName === undefined) {
    throw badFolder(`${root} has a folder train, but neither val nor test.`);
  }
  const [train, test] = [listPart(root, 'train'), listPart(root, testName)];
  const lone = (of: ListedPart, other: ListedPart) =>
    of.classes.filter((one) => !other.classes.includes(one));
  const different = [...lone(train, test), ...lone(test, train)];
  if (different[0] !== undefined) {
    throw badFolder(
      `${join(root, 'train')} and ${join(root, testName)} differ: the class ${different[0]} is in one of them alone` +
        `${different.length > 1 ? `, as are ${different.length - 1} others` : ''}.`,
    );
  }
  return { train, test };
}

/** The files of an image folder, each by its path within the folder. @throws Failure of `listImages` */
export function locateImages(given: ImageFolder, places: Places): Source[] {
  const listed = listImages(given, places);
  const parts = 'whole' in listed ? [listed.whole] : [listed.train, listed.test];
  return parts.flatMap(({ images }) => images.map(({ name, path }) => ({ name, path })));
}

function listPart(root: string, part: string): ListedPart {
  const folder = join(root, part);
  const classes = entriesOf(folder).flatMap(({ name, isFolder }) => (isFolder ? [name] : []));
  if (classes.length === 0) throw badFolder(`${folder} has no folders of classes.`);
  const images = classes.flatMap((name, label) => {
    const files = filesBelow(root, part === '' ? name : `${part}/${name}`);
    if (files.length === 0) throw badFolder(`The class ${join(folder, name)} has no images.`);
    return files.map((file) => ({ name: file, path: join(root, file), label }));
  });
  return { classes, images };
}

/** Names relative to `root`, with `/`. */
function filesBelow(root: string, folder: string): string[] {
  return entriesOf(join(root, folder)).flatMap(({ name, isFolder }) => {
    if (isFolder) return filesBelow(root, `${folder}/${name}`);
    return imageName.test(name) ? [`${folder}/${name}`] : [];
  });
}

/** What is in a folder, in order, but what is hidden. */
function entriesOf(folder: string): { name: string; isFolder: boolean }[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !name.startsWith('.'))
    .map((entry) => ({
      name: entry.name,
      isFolder: entry.isSymbolicLink()
        ? statSync(join(folder, entry.name)).isDirectory()
        : entry.isDirectory(),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function badFolder(message: string): Failure {
  return new Failure('bad-image-folder', message, {
    hint: 'An image-folder has a folder of images for each class, or train/ and val/ with the same such folders in each.',
  });
}
