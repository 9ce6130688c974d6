import { existsSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { type PublishedSet, publishedSets } from './sources.ts';

/** A file that was found. */
export interface FoundFile {
  /** Its published name, with `.gz` if it is compressed, whatever the file is called here. */
  readonly name: string;
  readonly path: string;
}

/**
 * The files of a set that are in a folder, under any of their names, with or without gzip.
 * @returns `missing`: the published names of the files that were not found
 */
export function filesIn({ files }: PublishedSet, folder: string): { found: FoundFile[]; missing: string[] } {
  const found: FoundFile[] = [];
  const missing: string[] = [];
  for (const { name, alsoNamed = [] } of files) {
    const choices = ['', '.gz'].flatMap((ending) =>
      [name, ...alsoNamed].map((spelling) => ({
        name: name + ending,
        path: join(folder, spelling + ending),
      })),
    );
    const file = choices.find(({ path }) => isFile(path));
    if (file) found.push(file);
    else missing.push(name);
  }
  return { found, missing };
}

/**
 * The archive of a set in a folder, if it exists: as published, or as a plain tar file, because some browsers unpack
 * gzip.
 */
export function archiveIn({ archive }: PublishedSet, folder: string): FoundFile | undefined {
  if (!archive) return undefined;
  const paths = [archive.name, archive.name.replace(/\.gz$/, '')].map((name) => join(folder, name));
  const path = paths.find(isFile);
  return path === undefined ? undefined : { name: archive.name, path };
}

/**
 * Which set the files in a folder belong to, judged by names only. The folder name decides. If it is not known, and
 * several sets have files with these names (MNIST and Fashion-MNIST), the result is unknown.
 */
export function ownerOf(set: PublishedSet, folder: string): 'set' | 'another' | 'unknown' {
  const others = Object.values(publishedSets).filter((other) => other !== set);
  if (isCalledLike(set, folder)) return 'set';
  if (others.some((other) => isCalledLike(other, folder))) return 'another';
  const names = new Set(set.files.map(({ name }) => name));
  return others.some(({ files }) => files.some(({ name }) => names.has(name))) ? 'unknown' : 'set';
}

/**
 * The `--data-dir` for a folder with the files of a set: its parent folder, or the folder itself if its name is not
 * one of the set's.
 */
export function dataFolderOf({ folders }: PublishedSet, path: string): string {
  const end = folders.map((folder) => sep + join(folder)).find((folder) => path.endsWith(folder));
  return end === undefined ? path : path.slice(0, -end.length) || sep;
}

function isCalledLike(set: PublishedSet, path: string): boolean {
  return dataFolderOf(set, path) !== path;
}

function isFile(path: string): boolean {
  // False also if it cannot be accessed.
  return existsSync(path) && statSync(path).isFile();
}
