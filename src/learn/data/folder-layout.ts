import { join } from 'node:path';
import { badFolder, type Entry, entriesOf } from './folder-entries.ts';

/** The file names that torchvision's ImageFolder reads. */
export const imageName = /\.(jpe?g|png|ppm|bmp|pgm|tiff?|webp)$/i;

/** Usual names of parts of data sets. */
const partName =
  /^(train(ing)?|val(id(ation)?)?|test(ing)?|dev|eval(uation)?)([-_ ]?(set|data|images|\d+))?$/i;

/**
 * The folders `train` and `val` (or `test`); undefined if the folder directly contains the classes. A class may also
 * be named `train`: it contains images, while a part contains folders.
 *
 * @param root the folder
 * @param folder its path under the data folder, for messages
 * @throws Failure `bad-image-folder` for folders that look like parts but have other names, and for a single folder
 * around the folder of the data set
 */
export function partsOf(root: string, folder: string): { train: Entry; test: Entry } | undefined {
  const folders = foldersIn(root);
  const named = (name: string) => folders.find((entry) => entry.name === name);
  const [train, test] = [named('train'), named('val') ?? named('test')];
  if (train && test) return { train, test };
  const parts = folders.filter(({ name }) => partName.test(name));
  const allParts = parts.length > 0 && parts.length === folders.length;
  if (allParts || parts.some(({ path }) => !hasImages(path) && foldersIn(path).length > 0)) {
    const found = folders.map(({ name }) => name).slice(0, 10);
    const lack = train
      ? 'a folder train, but neither val nor test'
      : 'folders that look like parts of a data set, but no train and val (or test)';
    throw badFolder(
      `${root} has ${lack}. Its folders: ${found.join(', ')}${folders.length > 10 ? ', …' : ''}.`,
      'Name the parts train and val (or test), or make links with these names. To read only one part, give its path as `folder`.',
    );
  }
  const inner = wrapped(root);
  if (inner === undefined) return undefined;
  throw badFolder(
    `${root} has a single folder, ${inner}, which has folders in it and is no class.`,
    `Give \`folder: ${join(folder, inner)}\`.`,
  );
}

/** @throws Failure `bad-image-folder` for a part that has a single folder around the folders of its classes */
export function refuseWrapper(part: string): void {
  const inner = wrapped(part);
  if (inner === undefined) return;
  throw badFolder(`${part} has a single folder, ${inner}, which has folders in it and is no class.`);
}

/**
 * The path to the first folder that has several folders in it, if each folder above it contains only one folder and
 * no images.
 */
function wrapped(folder: string, depth = 3): string | undefined {
  const [only, ...others] = foldersIn(folder);
  if (only === undefined || others.length > 0 || hasImages(only.path)) return undefined;
  const within = foldersIn(only.path);
  if (within.length > 1) return only.name;
  const deeper = depth > 1 ? wrapped(only.path, depth - 1) : undefined;
  return deeper && join(only.name, deeper);
}

function foldersIn(folder: string): Entry[] {
  return entriesOf(folder).filter(({ isFolder }) => isFolder);
}

function hasImages(folder: string): boolean {
  return entriesOf(folder).some(({ name, isFolder }) => !isFolder && imageName.test(name));
}
