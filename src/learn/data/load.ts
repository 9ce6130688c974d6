import { join } from 'node:path';
import { Failure } from '../../failure.ts';
import type { FileSource, Places } from '../../kind/kind.ts';
import type { Split } from './dataset.ts';
import { readDigits } from './digits.ts';
import { download } from './download.ts';
import { extract } from './extract.ts';
import { locate, publishedSet } from './locate.ts';
import { notFound } from './near-miss.ts';
import { filesIn } from './set-files.ts';
import type { PublishedSet } from './sources.ts';

export interface LoadOptions {
  /** A folder for downloads and unpacked files; an interrupted download in it is resumed. */
  readonly workspace: string;
  /** Bytes of the current download. */
  readonly onProgress?: (file: string, done: number, total: number | undefined) => void;
}

/**
 * Reads a data set from the places that `locate` gives, and downloads and unpacks it if needed. It is then in memory:
 * 180 MB for CIFAR. If a data folder is given, nothing is downloaded: the user expects the data there, and a download
 * would hide that they are missing.
 *
 * @throws Failure those of `locate`, `download`, `extract`; `data-not-found` if the data folder does not contain the
 * set; `bad-data-file` if files are not the published ones
 */
export async function loadDataset(name: string, places: Places, options: LoadOptions): Promise<Split> {
  const sources = locate(name, places);
  const set = name === 'digits' ? undefined : publishedSet(name);
  if (set && places.dataDir !== undefined && sources.some((source) => 'url' in source)) {
    throw notFound(set, places.dataDir);
  }
  const paths: string[] = [];
  for (const source of sources) paths.push(await fetched(source, options));
  const [first = ''] = paths;
  if (set === undefined) return readDigits(first);
  return readFiles(set, sources[0]?.name === set.archive?.name ? await unpacked(set, first, options) : paths);
}

/** @param paths in the order of the set's files */
function readFiles({ files, read }: PublishedSet, paths: readonly string[]): Promise<Split> {
  return read(files.map(({ records }, place) => ({ path: paths[place] ?? '', records })));
}

/** Unpacks the archive of a set and returns its files, in the order of the set. */
async function unpacked(set: PublishedSet, archive: string, { workspace }: LoadOptions): Promise<string[]> {
  const folder = join(workspace, 'unpacked');
  await extract(archive, folder);
  const { found, missing } = filesIn(set, join(folder, set.archive?.folder ?? ''));
  if (missing.length === 0) return found.map(({ path }) => path);
  throw new Failure('bad-archive', `${archive} does not contain all files of ${set.title}.`, {
    hint: `Get it from ${set.homepage}.`,
  });
}

async function fetched(source: FileSource, { workspace, onProgress }: LoadOptions): Promise<string> {
  if ('path' in source) return source.path;
  const to = join(workspace, source.name);
  await download({
    url: source.url,
    sha256: source.sha256,
    to,
    onProgress: (done, total) => onProgress?.(source.name, done, total),
  });
  return to;
}
