import { existsSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { type PublishedSet, publishedSets } from './sources.ts';

/** A file that is there. */
export interface FoundFile {
  /** Its published name, with `.gz` where it is compressed, whatever it is called here. */
  readonly name: string;
  readonly path: string;
}

/**
 * The files of a set that are in a folder, under any of their names, plain or compressed by gzip.
 * @returns `missing`: the published names of the files that are not there
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

/** The archive of a set in a folder, if it is there: as published, or as a plain tar file, which some browsers make of it. */
export function archiveIn({ archive }: PublishedSet, folder: string): FoundFile | undefined {
  if (!archive) return undefined;
  const paths = [archive.name, archive.name.replace(/\.gz$/, '')].map((name) => join(folder, name));
  const path = paths.find(isFile);
  return path === undefined ? undefined : { name: archive.name, path };
}

/**
 * Which set the files in a folder belong to, by names alone. The name of the folder decides; if no set has a folder of this
 * name, it is unknown where several sets have files of the same names (MNIST and Fashion-MNIST).
 */
export function ownerOf(set: PublishedSet, folder: string): 'set' | 'another' | 'unknown' {
  const others = Object.values(publishedSets).filter((other) => other !== set);
  if (isCalledLike(set, folder)) return 'set';
  if (others.some((other) => isCalledLike(other, folder))) return 'another';
  const names = new Set(set.files.map(({ name }) => name));
  return others.some(({ files }) => files.some(({ name }) => names.has(name))) ? 'unknown' : 'set';
}

/** The `--data-dir` for a folder with the files of a set: the folder around it, or itself if no folder of the set has its name. */
export function dataFolderOf({ folders }: PublishedSet, path: string): string {
  const end = folders.map((folder) => sep + join(folder)).find((folder) => path.endsWith(folder));
  return end === undefined ? path : path.slice(0, -end.length) || sep;
}

function isCalledLike(set: PublishedSet, path: string): boolean {
  return dataFolderOf(set, path) !== path;
}

function isFile(path: string): boolean {
  // False also for what may not be looked at.
  return existsSync(path) && statSync(path).isFile();
}
