import type { Database, Statement } from 'better-sqlite3';
import type { Folders } from './folders.ts';

/** What all parts of the cache use: the folders, the index and callbacks. */
export interface Store {
  readonly folders: Folders;
  readonly database: Database;
  /** The project whose attempts, runs and uses are written and read: the path from the cache folder to its folder. */
  readonly project: string;
  /** Prepares a statement, once for each SQL text. */
  readonly sql: Sql;
  /** Called between every two durable steps, so that tests can end the process there. */
  readonly step: (name: string) => void;
  /** Prints a line for the user. */
  readonly notice: (text: string) => void;
}

export type Sql = <Parameters extends unknown[], Row = unknown>(text: string) => Statement<Parameters, Row>;

export function preparer(database: Database): Sql {
  const prepared = new Map<string, Statement>();
  return <Parameters extends unknown[], Row>(text: string) => {
    let statement = prepared.get(text);
    if (statement === undefined) {
      statement = database.prepare(text);
      prepared.set(text, statement);
    }
    // The caller gives the types for its SQL, because the compiler cannot know them.
    return statement as unknown as Statement<Parameters, Row>;
  };
}

/**
 * Runs `change` in a transaction that takes the write lock at its start. (A transaction that takes it at its first write
 * can fail if another process wrote in between; SQLite does not wait in this case.)
 */
export function write<Result>(store: Pick<Store, 'database'>, change: () => Result): Result {
  return store.database.transaction(change).immediate();
}
