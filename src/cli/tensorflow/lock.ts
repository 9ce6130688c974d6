import { setTimeout as pause } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { codeOf } from '../../cache/disk-failure.ts';

/** Milliseconds between two looks at a lock that another process holds. */
const LOOK_AGAIN_MS = 500;

/**
 * Does some work while no other process does the same. The lock is one of SQLite's: the system releases it when the
 * process ends, however it ends.
 * @param file is created, and stays
 * @param onWait is called once if another process holds the lock
 */
export async function exclusively<T>(file: string, onWait: () => void, work: () => Promise<T>): Promise<T> {
  const database = new Database(file, { timeout: 0 });
  try {
    for (let waits = false; !lock(database); waits = true) {
      if (!waits) onWait();
      await pause(LOOK_AGAIN_MS);
    }
    return await work();
  } finally {
    database.close();
  }
}

/** Whether this process has the lock now. */
function lock(database: Database.Database): boolean {
  try {
    database.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    if (codeOf(error) === 'SQLITE_BUSY') return false;
    throw error;
  }
}
