import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../../failure.ts';
import type { FileSource, Places } from '../../kind/kind.ts';
import { digitsPath } from './digits.ts';
import { howToGet, notFound, refuseNearMiss } from './near-miss.ts';
import { archiveIn, filesIn, ownerOf } from './set-files.ts';
import { type PublishedSet, publishedSets } from './sources.ts';

/** Names that `locate` and `loadDataset` accept. */
export const datasetNames: readonly string[] = ['digits', ...Object.keys(publishedSets)];

/**
 * The files of a data set: in the data folder if they are there (as single files, otherwise the downloaded archive),
 * otherwise at their URL. The digits come with retable. This checks only whether files exist.
 *
 * If a data folder is given but does not contain the set, the URL is returned too, so that the cache finds results
 * made from an earlier download. `loadDataset` does not download in this case.
 *
 * @throws Failure `unknown-dataset`; `data-not-found`, which says what to download and where to put it, or the right
 * `--data-dir`
 */
export function locate(name: string, places: Places): FileSource[] {
  if (name === 'digits') return locateDigits(places.home);
  const set = publishedSet(name);
  const found = places.dataDir === undefined ? undefined : inDataFolder(set, places.dataDir);
  const sources = found ?? remote(set);
  if (sources) return sources;
  throw notFound(set, places.dataDir);
}

/** @throws Failure `unknown-dataset` */
export function publishedSet(name: string): PublishedSet {
  const set = Object.hasOwn(publishedSets, name) ? publishedSets[name] : undefined;
  if (set) return set;
  throw new Failure('unknown-dataset', `There is no data set "${name}".`, {
    hint: `Known are ${datasetNames.join(', ')}.`,
  });
}

function locateDigits(home: string): FileSource[] {
  const path = digitsPath(home);
  if (existsSync(path)) return [{ name: 'digits.csv.gz', path }];
  throw new Failure('data-not-found', `The digits that come with retable are missing: ${path}.`, {
    hint: 'This copy of retable is incomplete: install it again.',
  });
}

/**
 * Looks in the folders of the set, or in the data folder itself if it is one of them.
 * @throws Failure `data-not-found`
 */
function inDataFolder(set: PublishedSet, dataDir: string): FileSource[] | undefined {
  const folders = set.folders.map((folder) => join(dataDir, folder));
  if (ownerOf(set, dataDir) === 'set') folders.push(dataDir);
  const contents = folders.map((folder) => ({ folder, ...filesIn(set, folder) }));
  const whole = contents.find(({ missing }) => missing.length === 0);
  if (whole) return whole.found;
  for (const folder of [dataDir, ...folders]) {
    const archive = archiveIn(set, folder);
    if (archive) return [archive];
  }
  const part = contents.find(({ found }) => found.length > 0);
  if (part) {
    throw new Failure(
      'data-not-found',
      `${part.folder} has only a part of ${set.title}: ${part.missing.join(', ')} missing.`,
      { hint: `${howToGet(set, dataDir)} Or remove the folder.` },
    );
  }
  refuseNearMiss(set, dataDir);
  return undefined;
}

function remote({ archive, files }: PublishedSet): FileSource[] | undefined {
  if (archive) return [{ name: archive.name, url: archive.url, sha256: archive.sha256 }];
  const remotes = files.flatMap((file) => (file.remote ? [{ name: `${file.name}.gz`, ...file.remote }] : []));
  return remotes.length === files.length ? remotes : undefined;
}
