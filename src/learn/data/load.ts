import { join } from 'node:path';
import { Failure } from '../../failure.ts';
import type { Places, Source } from '../../kind/kind.ts';
import type { Split } from './dataset.ts';
import { readDigits } from './digits.ts';
import { download } from './download.ts';
import { extract } from './extract.ts';
import { layoutIn, locate, publishedSet } from './locate.ts';
import type { PublishedSet } from './sources.ts';

export interface LoadOptions {
  /** A folder for downloads and what is unpacked; a download that was broken off there goes on. */
  readonly workspace: string;
  /** Bytes of the file that is being downloaded. */
  readonly onProgress?: (file: string, done: number, total: number | undefined) => void;
}

/**
 * Reads a data set from where `locate` finds it, downloading and unpacking where needed. All of it is in memory then:
 * 180 MB for CIFAR.
 *
 * @throws Failure of `locate`, `download`, `extract`, and `bad-data-file` for files that are not the published ones
 */
export async function loadDataset(name: string, places: Places, options: LoadOptions): Promise<Split> {
  const sources = locate(name, places);
  const paths = new Map<string, string>();
  for (const source of sources) paths.set(source.name, await fetched(source, options));
  if (name === 'digits') return readDigits(one(paths, 'digits.csv.gz'));

  const set = publishedSet(name);
  const archive = set.archive && paths.get(set.archive.name);
  if (set.archive && archive) {
    const folder = join(options.workspace, 'unpacked');
    await extract(archive, folder);
    return readFolder(set, join(folder, set.archive.folder), archive);
  }
  const layout = set.layouts.find((files) => files.every((file) => paths.has(file.name))) ?? [];
  return set.read(layout.map((file) => ({ path: one(paths, file.name), records: file.records })));
}

async function fetched(source: Source, { workspace, onProgress }: LoadOptions): Promise<string> {
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

async function readFolder(set: PublishedSet, folder: string, archive: string): Promise<Split> {
  const layout = layoutIn(set, folder);
  if (!layout) {
    throw new Failure('bad-archive', `${archive} does not hold ${set.title}: files of it are missing.`, {
      hint: `Get it from ${set.homepage}.`,
    });
  }
  return set.read(layout.map((file) => ({ path: join(folder, file.name), records: file.records })));
}

function one(paths: ReadonlyMap<string, string>, name: string): string {
  const path = paths.get(name);
  if (path === undefined) throw new Error(`${name} is not among ${[...paths.keys()].join(', ')}`);
  return path;
}
