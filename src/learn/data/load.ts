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
  /** A folder for downloads and what is unpacked; a download that was broken off there goes on. */
  readonly workspace: string;
  /** Bytes of the file that is being downloaded. */
  readonly onProgress?: (file: string, done: number, total: number | undefined) => void;
}

/**
 * Reads a data set from where `locate` finds it, downloading and unpacking where needed. All of it is in memory then:
 * 180 MB for CIFAR. Nothing is downloaded if a data folder was given: the user
 * expects the data there, and a download would hide that they are not.
 *
 * @throws Failure of `locate`, `download`, `extract`; `data-not-found` for a set that the data folder does not have, and
 * `bad-data-file` for files that are not the published ones
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

/** The files that an archive of the set holds, in their order. */
async function unpacked(set: PublishedSet, archive: string, { workspace }: LoadOptions): Promise<string[]> {
  const folder = join(workspace, 'unpacked');
  await extract(archive, folder);
  const { found, missing } = filesIn(set, join(folder, set.archive?.folder ?? ''));
  if (missing.length === 0) return found.map(({ path }) => path);
  throw new Failure('bad-archive', `${archive} does not hold ${set.title}: files of it are missing.`, {
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
