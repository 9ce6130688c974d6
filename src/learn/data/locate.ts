import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../../failure.ts';
import type { Places, Source } from '../../kind/kind.ts';
import { digitsPath } from './digits.ts';
import { type PublishedFile, type PublishedSet, publishedSets } from './sources.ts';

/** Names that `locate` and `loadDataset` take. */
export const datasetNames: readonly string[] = ['digits', ...Object.keys(publishedSets)];

/**
 * The files that a data set consists of: in the data folder where they are there (as single files, else the archive as
 * downloaded), otherwise at their URL. The digits come with retable. It looks whether files exist, and reads none.
 *
 * @throws Failure `unknown-dataset`; `data-not-found`, with what to download and where to put it
 */
export function locate(name: string, places: Places): Source[] {
  if (name === 'digits') return locateDigits(places.home);
  const set = publishedSet(name);
  if (places.dataDir !== undefined) {
    const found = inDataFolder(set, places.dataDir);
    if (found) return found;
  }
  if (set.archive) {
    const { name: file, url, sha256 } = set.archive;
    return [{ name: file, url, sha256 }];
  }
  for (const layout of set.layouts) {
    const remotes = layout.flatMap(({ name: file, remote }) => (remote ? [{ name: file, ...remote }] : []));
    if (remotes.length === layout.length) return remotes;
  }
  const where =
    places.dataDir === undefined ? 'no data folder was given' : `${places.dataDir} does not have it`;
  throw new Failure('data-not-found', `The data set "${name}" is read from the data folder, and ${where}.`, {
    hint: howToGet(set, places.dataDir),
  });
}

/** @throws Failure `unknown-dataset` */
export function publishedSet(name: string): PublishedSet {
  const set = Object.hasOwn(publishedSets, name) ? publishedSets[name] : undefined;
  if (set) return set;
  throw new Failure('unknown-dataset', `There is no data set "${name}".`, {
    hint: `Known are ${datasetNames.join(', ')}.`,
  });
}

/** The first layout of which all files are in `folder`. */
export function layoutIn(set: PublishedSet, folder: string): readonly PublishedFile[] | undefined {
  return set.layouts.find((layout) => layout.every(({ name }) => existsSync(join(folder, name))));
}

function locateDigits(home: string): Source[] {
  const path = digitsPath(home);
  if (existsSync(path)) return [{ name: 'digits.csv.gz', path }];
  throw new Failure('data-not-found', `The digits that come with retable are not there: ${path}.`, {
    hint: 'This copy of retable is not whole: install it again.',
  });
}

function inDataFolder(set: PublishedSet, dataDir: string): Source[] | undefined {
  const folders = set.folders.map((folder) => join(dataDir, folder));
  for (const folder of folders) {
    const layout = layoutIn(set, folder);
    if (layout) return layout.map(({ name }) => ({ name, path: join(folder, name) }));
  }
  // Some of the files: the user means these, so another copy is not fetched behind their back.
  for (const folder of folders) {
    for (const layout of set.layouts) {
      const missing = layout.filter(({ name }) => !existsSync(join(folder, name)));
      if (missing.length === layout.length) continue;
      const names = missing.map(({ name }) => name).join(', ');
      throw new Failure('data-not-found', `${folder} has only a part of ${set.title}: ${names} missing.`, {
        hint: `${howToGet(set, dataDir)} Or remove the folder.`,
      });
    }
  }
  const archive = set.archive && join(dataDir, set.archive.name);
  return set.archive && archive && existsSync(archive)
    ? [{ name: set.archive.name, path: archive }]
    : undefined;
}

function howToGet({ title, homepage, folders, layouts }: PublishedSet, dataDir = 'DIR'): string {
  const files = layouts[0]?.map(({ name }) => name).join(', ');
  const to = join(dataDir, folders[0] ?? '');
  return `Download ${title} from ${homepage}, put ${files} into ${to}, and give --data-dir ${dataDir}.`;
}
