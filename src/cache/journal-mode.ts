import { statfsSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import { Failure } from '../failure.ts';

/** `wal` is fast, but needs memory that all processes share. `truncate` needs only working locks. */
export type JournalMode = 'wal' | 'truncate';

/**
 * File systems over which several machines may share a folder. SQLite's write-ahead log needs shared memory, so it
 * does not work over them (https://www.sqlite.org/wal.html). The numbers are `f_type` of statfs(2).
 */
const networkFileSystems: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x0bd00bd0, 'Lustre'],
  [0x47504653, 'GPFS'],
  [0x65735546, 'FUSE'],
  [0x01021997, '9p'],
  [0x5346414f, 'AFS'],
  [0x6b414653, 'kAFS'],
  [0x00c36400, 'Ceph'],
  [0x19830326, 'BeeGFS'],
  [0x20030528, 'OrangeFS'],
  [0xaad7aaea, 'PanFS'],
]);

export interface JournalChoice {
  readonly mode: JournalMode;
  /** A line for the user if the slower mode was chosen automatically. */
  readonly notice?: string;
}

/**
 * @param type the number of the file system; default: that of the folder
 * @param override the value of `RETABLE_JOURNAL`: `wal`, `truncate`, or empty for automatic
 */
export function chooseJournal(
  root: string,
  type: number = statfsSync(root).type,
  override: string | undefined = process.env.RETABLE_JOURNAL,
): JournalChoice {
  if (override === 'wal' || override === 'truncate') return { mode: override };
  if (override !== undefined && override !== '') {
    throw new Failure(
      'unknown-journal-mode',
      `RETABLE_JOURNAL is "${override}", which is not a journal mode.`,
      {
        hint: 'Set it to wal or truncate, or unset it.',
      },
    );
  }
  // Some kernels return the number as a signed integer.
  const network = networkFileSystems.get(type >>> 0);
  if (network === undefined) return { mode: 'wal' };
  return {
    mode: 'truncate',
    notice: `the cache ${root} is on ${network}: its index is written with a rollback journal (slower, but safe there)`,
  };
}

/** Whether a database is already in this mode, or can be without affecting other connections. */
export function isInMode(database: Database, mode: JournalMode): boolean {
  return (currentMode(database) === 'wal') === (mode === 'wal');
}

/**
 * Sets the mode of the database, and the matching sync level of this connection. In WAL mode with NORMAL, a power failure
 * loses at most the last transactions, and never reorders them. The records in `cells/` restore them.
 */
export function setMode(database: Database, choice: JournalChoice, notice: (text: string) => void): void {
  if (choice.mode === 'wal' && currentMode(database) !== 'wal') database.pragma('journal_mode = WAL');
  if (choice.mode === 'truncate') database.pragma('journal_mode = TRUNCATE');
  const reached = currentMode(database);
  if (choice.notice !== undefined) notice(choice.notice);
  if (choice.mode === 'wal' && reached !== 'wal') {
    database.pragma('journal_mode = TRUNCATE');
    notice(
      'this file system does not support a write-ahead log: the index is written with a rollback journal',
    );
  }
  database.pragma(`synchronous = ${reached === 'wal' ? 'NORMAL' : 'FULL'}`);
}

function currentMode(database: Database): unknown {
  return database.pragma('journal_mode', { simple: true });
}
