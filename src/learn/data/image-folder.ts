import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../../failure.ts';
import type { Places, Source } from '../../kind/kind.ts';
import { classNumbers } from './class-numbers.ts';

/** A data set as a folder of images, which lie in a folder for each class. */
export interface ImageFolder {
  /** Under the data folder. */
  readonly folder: string;
  /** Names or numbers of the classes to list images of; none for all. */
  readonly classes: readonly (string | number)[];
}

/** Where the images of one part lie. */
export interface ListedPart {
  /** Names of all folders, wanted or not, in the order of their UTF-16 code units. */
  readonly classes: readonly string[];
  /** Those of each wanted class one after the other, each class in the order of its names. `name` is relative to the data set. */
  readonly images: readonly { readonly name: string; readonly path: string; readonly label: number }[];
}

/** Both parts, or one that has yet to be split. */
export type Listed =
  | { readonly whole: ListedPart }
  | { readonly train: ListedPart; readonly test: ListedPart };

/** By their names, those that torchvision's ImageFolder reads. */
const imageName = /\.(jpe?g|png|ppm|bmp|pgm|tiff?|webp)$/i;

/**
 * Lists the images of `train/` and `val/` (or `test/`), where there is a `train/`, else those of the folder itself. A
 * class's images may lie in folders below its own. Files are looked for and not read.
 *
 * @throws Failure `data-not-found`; `bad-image-folder` for a wanted class without images, for parts of different classes and
 * for what cannot be read; those of `classNumbers`
 */
export function listImages({ folder, classes }: ImageFolder, { dataDir }: Places): Listed {
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
  if (!existsSync(join(root, 'train'))) return { whole: listPart(root, '', classes) };
  const testName = ['val', 'test'].find((name) => existsSync(join(root, name)));
  if (testName === undefined) {
    throw badFolder(`${root} has a folder train, but neither val nor test.`);
  }
  const [train, test] = [listPart(root, 'train', classes), listPart(root, testName, classes)];
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

function listPart(root: string, part: string, wanted: ImageFolder['classes']): ListedPart {
  const folder = join(root, part);
  const classes = entriesOf(folder).flatMap(({ name, isFolder }) => (isFolder ? [name] : []));
  if (classes.length === 0) throw badFolder(`${folder} has no folders of classes.`);
  const numbers = new Set(wanted.length > 0 ? classNumbers(classes, wanted) : classes.keys());
  const images = classes.flatMap((name, label) => {
    if (!numbers.has(label)) return [];
    const files = filesBelow(root, part === '' ? name : `${part}/${name}`, [realpathSync(folder)]);
    if (files.length === 0) throw badFolder(`The class ${join(folder, name)} has no images.`);
    return files.map((file) => ({ name: file, path: join(root, file), label }));
  });
  return { classes, images };
}

/** Names relative to `root`, with `/`. @param above the folders that `folder` lies in, without links */
function filesBelow(root: string, folder: string, above: readonly string[]): string[] {
  const path = join(root, folder);
  const real = realpathSync(path);
  if (above.includes(real)) throw badFolder(`${path} is a link to a folder that it lies in.`);
  return entriesOf(path).flatMap(({ name, isFolder }) => {
    if (isFolder) return filesBelow(root, `${folder}/${name}`, [...above, real]);
    return imageName.test(name) ? [`${folder}/${name}`] : [];
  });
}

/** What is in a folder, in order, but what is hidden. */
function entriesOf(folder: string): { name: string; isFolder: boolean }[] {
  return lookedAt(folder, () => readdirSync(folder, { withFileTypes: true }))
    .filter(({ name }) => !name.startsWith('.'))
    .map((entry) => {
      const path = join(folder, entry.name);
      const { name } = entry;
      // A link says of itself alone what it is.
      const what = entry.isSymbolicLink() ? lookedAt(path, () => statSync(path)) : entry;
      return { name, isFolder: what.isDirectory() };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function lookedAt<T>(path: string, look: () => T): T {
  try {
    return look();
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause ? causes[String(cause.code)] : undefined;
    if (why === undefined) throw cause;
    throw badFolder(`${path} ${why}.`, cause);
  }
}

const causes: Readonly<Record<string, string>> = {
  ENOENT: 'is a link to nothing',
  ELOOP: 'is a link that leads back to itself',
  ENOTDIR: 'is no folder',
  EACCES: 'may not be read',
  EPERM: 'may not be read',
};

function badFolder(message: string, cause?: unknown): Failure {
  return new Failure('bad-image-folder', message, {
    hint: 'An image-folder has a folder of images for each class, or train/ and val/ with the same such folders in each.',
    cause,
  });
}
