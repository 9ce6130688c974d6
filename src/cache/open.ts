import type { Database } from 'better-sqlite3';
import { isDiskFull } from './disk-failure.ts';
import { createFolders, type Folders } from './folders.ts';
import { foldersToRead, withIndexCopy } from './folders-to-read.ts';
import { openIndex } from './index-database.ts';
import { recover } from './recover.ts';
import { preparer } from './store.ts';

type Notice = (text: string) => void;

interface Opened {
  readonly folders: Folders;
  readonly database: Database;
}

/** Opens a cache in place, and creates it if there is none. */
export function openToWrite(folders: Folders, notice: Notice): Opened {
  const open = () => {
    createFolders(folders);
    return { folders, database: openIndex(folders, notice) };
  };
  try {
    return open();
  } catch (error) {
    if (!isDiskFull(error)) throw error;
    dropDeadOutput(folders, notice);
    return open();
  }
}

/**
 * Opens a cache without creating a file in it. If the disk is full or the cache cannot be written, a copy of its
 * index is used.
 */
export function openToRead(own: Folders, notice: Notice): Opened {
  const folders = foldersToRead(own);
  try {
    return { folders, database: openIndex(folders, notice) };
  } catch (error) {
    if (folders !== own || !isDiskFull(error)) throw error;
    const copied = withIndexCopy(own);
    return { folders: copied, database: openIndex(copied, notice) };
  }
}

/** Deletes the output of dead attempts, because it may be what fills the disk. A copy of the index tells which are dead. */
function dropDeadOutput(own: Folders, notice: Notice): void {
  const folders = withIndexCopy(own);
  const database = openIndex(folders, notice);
  // Dead attempts of all projects.
  recover({ folders, database, project: '', sql: preparer(database), step: () => {}, notice });
  database.close();
}
