import { copyFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createFolders, type Folders, foldersOf } from './folders.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { isWritable } from './writable.ts';

/**
 * The folders of a cache that is only read. If its index cannot be opened in place, because the cache is read-only or has
 * no index, a temporary index is used. If there is no cache, an empty one in a temporary folder is used.
 */
export function foldersToRead(own: Folders): Folders {
  // Fails here if a file is in the way, or if the folder cannot be read.
  if (existsSync(own.root) && readdirSync(own.root).includes(basename(own.cells))) {
    const isReady = existsSync(own.index) && [own.root, ...filesOf(own.index)].every(isWritable);
    return isReady ? own : withIndexCopy(own);
  }
  const temporary = foldersOf(temporaryFolder());
  createFolders(temporary);
  return { ...temporary, root: own.root };
}

/**
 * The same cache with a copy of its index in a temporary folder, where SQLite can lock, migrate and repair it.
 */
export function withIndexCopy(own: Folders): Folders {
  const { root, index, openingLock, aside } = foldersOf(temporaryFolder());
  mkdirSync(aside);
  for (const file of filesOf(own.index)) copyFileSync(file, join(root, basename(file)));
  return { ...own, index, openingLock, aside };
}

/** The database and its write-ahead log or journal. The shared-memory file is not copied: SQLite creates it again. */
function filesOf(index: string): string[] {
  return ['', '-wal', '-journal'].map((suffix) => index + suffix).filter(existsSync);
}
