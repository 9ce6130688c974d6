import { accessSync, constants, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { explainBindingError } from './binding.ts';
import { codeOf, explainDiskError } from './disk-failure.ts';
import type { Folders } from './folders.ts';
import { chooseJournal, isInMode, type JournalChoice, setMode } from './journal-mode.ts';
import { migrate, migrations, versionOf } from './migrations.ts';
import { rebuild } from './rebuild.ts';
import { preparer } from './store.ts';

type Notice = (text: string) => void;

/** Milliseconds to wait for the write lock of another process. */
const patience = 30_000;

/**
 * Opens the index in any state. If necessary it is created or migrated, or set aside and rebuilt.
 * @throws Failure `native-module`
 */
export function openIndex(folders: Folders, notice: Notice): Database.Database {
  try {
    return openInAnyState(folders, notice);
  } catch (error) {
    throw explainBindingError(error);
  }
}

function openInAnyState(folders: Folders, notice: Notice): Database.Database {
  requireOpenable(folders.index);
  const journal = chooseJournal(dirname(folders.index));
  const database = openReady(folders, journal) ?? openCarefully(folders, journal, notice);
  try {
    setMode(database, journal, notice);
    // The first read creates the files of the write-ahead log. So a full disk is noticed here and not later.
    versionOf(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** The common case: the index exists, is intact and up to date. Undefined in all other cases. */
function openReady(folders: Folders, { mode }: JournalChoice): Database.Database | undefined {
  if (!existsSync(folders.index)) return undefined;
  const database = open(folders);
  if (database === undefined) return undefined;
  let ready = false;
  try {
    ready = isUsable(database) && versionOf(database) === migrations.length && isInMode(database, mode);
    return ready ? database : undefined;
  } finally {
    if (!ready) database.close();
  }
}

/** All other cases, one process at a time. The second process finds what the first one did. */
function openCarefully(folders: Folders, journal: JournalChoice, notice: Notice): Database.Database {
  const lock = new Database(folders.openingLock, { timeout: 2 * patience });
  try {
    lock.exec('BEGIN EXCLUSIVE');
    removeStrays(folders);
    const database = openOrReplace(folders, notice);
    try {
      bringUpToDate(database, folders, notice);
      if (!isInMode(database, journal.mode)) setMode(database, { mode: journal.mode }, notice);
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  } finally {
    lock.close();
  }
}

function openOrReplace(folders: Folders, notice: Notice): Database.Database {
  const database = open(folders);
  if (database !== undefined && isUsable(database)) return database;
  database?.close();
  const aside = putAside(folders);
  notice(`the cache index was damaged; it is kept as ${aside} and rebuilt`);
  return new Database(folders.index, { timeout: patience });
}

function bringUpToDate(database: Database.Database, folders: Folders, notice: Notice): void {
  const found = database
    .transaction(() => {
      const before = migrate(database);
      return before === 0 ? rebuild({ folders, sql: preparer(database) }) : 0;
    })
    .immediate();
  if (found > 0) notice(`index rebuilt: ${found} ${found === 1 ? 'cell' : 'cells'}`);
}

function open(folders: Folders): Database.Database | undefined {
  try {
    return new Database(folders.index, { timeout: patience });
  } catch (error) {
    if (isDamage(error)) return undefined;
    throw explainDiskError(error, `open the cache index ${folders.index}`, '--cache DIR');
  }
}

/** Maximum length of the path of an index, in bytes. SQLite allows 512, including the endings of its other files. */
const LONGEST_PATH = 504;

/** For any problem with a place, SQLite only reports that it cannot open the file. The system says more. */
function requireOpenable(index: string): void {
  if (Buffer.byteLength(index) > LONGEST_PATH)
    throw errorOf('ENAMETOOLONG', `SQLite takes paths of ${LONGEST_PATH} bytes at most`);
  accessSync(dirname(index), constants.W_OK);
  if (!existsSync(index)) return;
  if (statSync(index).isDirectory()) throw errorOf('EISDIR', index);
  accessSync(index, constants.W_OK);
}

function errorOf(code: string, message: string): Error {
  return Object.assign(new Error(`${code}: ${message}`), { code });
}

/** SQLite's own quick check: 30 ms for an index of ten thousand cells. */
function isUsable(database: Database.Database): boolean {
  try {
    return database.pragma('quick_check(1)', { simple: true }) === 'ok';
  } catch (error) {
    if (isDamage(error)) return false;
    throw error;
  }
}

function isDamage(error: unknown): boolean {
  return codeOf(error) === 'SQLITE_CORRUPT' || codeOf(error) === 'SQLITE_NOTADB';
}

const companions = ['', '-wal', '-shm', '-journal'];

function putAside(folders: Folders): string {
  mkdirSync(folders.aside, { recursive: true });
  const aside = join(folders.aside, `index-${Date.now()}-${process.pid}.sqlite`);
  for (const suffix of companions) {
    if (existsSync(folders.index + suffix)) renameSync(folders.index + suffix, aside + suffix);
  }
  return aside;
}

/** The log of a deleted index must not be used for the next index. */
function removeStrays(folders: Folders): void {
  if (existsSync(folders.index)) return;
  for (const suffix of companions) rmSync(folders.index + suffix, { force: true });
}
