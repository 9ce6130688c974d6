import { existsSync, realpathSync } from 'node:fs';
import { join, posix } from 'node:path';
import { Failure } from '../../failure.ts';
import type { FileSource, Places } from '../../kind/kind.ts';
import { classNumbers } from './class-numbers.ts';
import { badFolder, type Entry, entriesOf } from './folder-entries.ts';
import { imageName, partsOf, refuseWrapper } from './folder-layout.ts';

/** A data set in a folder, with one folder of images for each class. */
export interface ImageFolder {
  /** Under the data folder. */
  readonly folder: string;
  /** Names or numbers of the classes to list; empty: all. */
  readonly classes: readonly (string | number)[];
}

/** A file of an image folder. `name` is relative to the data set, with `/`. */
export interface ListedFile {
  readonly name: string;
  readonly path: string;
}

/** The images of one part. */
export interface ListedPart {
  /** Its path in the data set; empty if it is the whole data set. */
  readonly part: string;
  /** Names of all class folders, requested or not, sorted by their UTF-16 code units. */
  readonly classes: readonly string[];
  /** Sorted by class and, within a class, by name. */
  readonly images: readonly (ListedFile & { readonly label: number })[];
  /** Files in the requested class folders that may be images, but have a type that is not read. */
  readonly unread: readonly ListedFile[];
  /** Images that are outside the class folders. */
  readonly outside: readonly ListedFile[];
}

/** Both parts, or one part that is still to be split. */
export type Listed =
  | { readonly whole: ListedPart }
  | { readonly train: ListedPart; readonly test: ListedPart };

/** Files that are often stored with images: descriptions, and files of file managers. */
const companionName = /^\.|\.(txt|csv|tsv|jsonl?|xml|ya?ml|md|html?|ini|db|log)$/i;

/**
 * Lists the images of `train/` and `val/` (or `test/`) or, if there is no `train/`, of the folder itself. As in
 * torchvision's ImageFolder, each folder is a class, and images may be in folders below it; hidden ones count. Files
 * are only listed, not read.
 *
 * @throws Failure `data-not-found`; `bad-image-folder` for a requested class without images, for parts with different
 * classes and for what cannot be read; those of `partsOf` and `classNumbers`
 */
export function listImages({ folder, classes }: ImageFolder, { dataDir }: Places): Listed {
  if (dataDir === undefined) {
    throw new Failure(
      'data-not-found',
      'An image-folder is read from the data folder, but no data folder was given.',
      {
        hint: 'Give --data-dir, and the path of the images below it as `folder`.',
      },
    );
  }
  const root = join(dataDir, folder);
  if (!existsSync(root)) {
    throw new Failure('data-not-found', `There is no folder ${root}.`, {
      hint: '`folder` must be the path of the images below --data-dir.',
    });
  }
  const parts = partsOf(root, folder);
  if (!parts) return { whole: listPart(root, '', classes) };
  const [train, test] = [
    listPart(parts.train.path, parts.train.name, classes),
    listPart(parts.test.path, parts.test.name, classes),
  ];
  const lone = (of: ListedPart, other: ListedPart) =>
    of.classes.filter((one) => !other.classes.includes(one));
  const [first, ...others] = [...lone(train, test), ...lone(test, train)];
  if (first !== undefined) {
    const more = others.length === 1 ? ', as is 1 other' : `, as are ${others.length} others`;
    throw badFolder(
      `${parts.train.path} and ${parts.test.path} differ: the class ${first} is in only one of them` +
        `${others.length > 0 ? more : ''}.`,
    );
  }
  return { train, test };
}

/**
 * The files that the data set depends on, named by their path in the folder: the images, and the files in its
 * warnings.
 * @throws Failure those of `listImages`
 */
export function locateImages(given: ImageFolder, places: Places): FileSource[] {
  return listedParts(listImages(given, places)).flatMap(({ images, unread, outside }) =>
    [...images, ...unread, ...outside].map(({ name, path }) => ({ name, path })),
  );
}

export function listedParts(listed: Listed): ListedPart[] {
  return 'whole' in listed ? [listed.whole] : [listed.train, listed.test];
}

function listPart(folder: string, part: string, wanted: ImageFolder['classes']): ListedPart {
  if (part !== '') refuseWrapper(folder);
  const under = part === '' ? '' : `${part}/`;
  const entries = entriesOf(folder);
  const folders = entries.filter(({ isFolder }) => isFolder);
  const outside = entries
    .filter(({ name, isFolder }) => !isFolder && imageName.test(name))
    .map(({ name, path }) => ({ name: under + name, path }));
  if (folders.length === 0) {
    const but = outside.length > 0 ? ', only images' : '';
    throw badFolder(`${folder} has no folders of classes${but}.`);
  }
  const classes = folders.map(({ name }) => name);
  const numbers = new Set(wanted.length > 0 ? classNumbers(classes, wanted) : classes.keys());
  const files = folders.flatMap((entry, label) => {
    if (!numbers.has(label)) return [];
    const found = filesBelow(entry, under, [realpathSync(folder)]);
    if (!found.some(({ name }) => imageName.test(name))) {
      throw badFolder(`The class ${entry.path} has no images.`);
    }
    return found.map((file) => ({ ...file, label }));
  });
  return {
    part,
    classes,
    images: files.filter(({ name }) => imageName.test(name)),
    unread: files.filter(({ name }) => !imageName.test(name) && !companionName.test(posix.basename(name))),
    outside,
  };
}

/** @param above real paths of the parent folders, to detect circular links */
function filesBelow(folder: Entry, under: string, above: readonly string[]): ListedFile[] {
  const real = realpathSync(folder.path);
  if (above.includes(real)) throw badFolder(`${folder.path} is a link to a folder that contains it.`);
  return entriesOf(folder.path).flatMap((entry) =>
    entry.isFolder
      ? filesBelow(entry, `${under}${folder.name}/`, [...above, real])
      : [{ name: `${under}${folder.name}/${entry.name}`, path: entry.path }],
  );
}
