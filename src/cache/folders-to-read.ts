import { copyFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createFolders, type Folders, foldersOf } from './folders.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { isWritable } from './writable.ts';

/**
 * The folders of a cache for who only reads it. Where its index can't be opened in place, because the cache is read-only
 * or has none, the index is a copy. Where there is no cache, all of it is an empty one in a temporary folder.
 */
export function foldersToRead(own: Folders): Folders {
  // A file in the way, or a folder that can't be read, is told here.
  if (existsSync(own.root) && readdirSync(own.root).includes(basename(own.cells))) {
    const isReady = existsSync(own.index) && [own.root, ...filesOf(own.index)].every(isWritable);
    return isReady ? own : withIndexCopy(own);
  }
  const temporary = foldersOf(temporaryFolder());
  createFolders(temporary);
  return { ...temporary, root: own.root };
}

/**
 * The same cache with a copy of its index in a temporary folder: SQLite can do there what it has to, such as lock, migrate
 * and mend.
 */
export function withIndexCopy(own: Folders): Folders {
  const { root, index, openingLock, aside } = foldersOf(temporaryFolder());
  mkdirSync(aside);
  for (const file of filesOf(own.index)) copyFileSync(file, join(root, basename(file)));
  return { ...own, index, openingLock, aside };
}

/** The database and its write-ahead log or journal. What its users share of the log in memory is made anew. */
function filesOf(index: string): string[] {
  return ['', '-wal', '-journal'].map((suffix) => index + suffix).filter(existsSync);
}
