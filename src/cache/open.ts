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

/** Opens a cache in place, and makes one if there is none. */
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

/** Opens a cache without making any file in it; on a full disk and where it can't be written, by a copy of its index. */
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

/** What an attempt left whose process died may be what fills the disk: who died is read from a copy of the index. */
function dropDeadOutput(own: Folders, notice: Notice): void {
  const folders = withIndexCopy(own);
  const database = openIndex(folders, notice);
  // Dead attempts are those of all projects.
  recover({ folders, database, project: '', sql: preparer(database), step: () => {}, notice });
  database.close();
}
