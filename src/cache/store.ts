import type { Database, Statement } from 'better-sqlite3';
import type { Folders } from './folders.ts';

/** What every part of the cache works on: the folders, the index, and whom to tell. */
export interface Store {
  readonly folders: Folders;
  readonly database: Database;
  /** Whose attempts, runs and uses are written and asked for: the path of a project's folder from the cache folder. */
  readonly project: string;
  /** Prepares a statement once and keeps it. */
  readonly sql: Sql;
  /** Called between every two durable steps, so that tests can end the process there. */
  readonly step: (name: string) => void;
  /** Tells the user one line. */
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
    // The caller names the types of its own SQL: SQLite cannot tell them to the compiler.
    return statement as unknown as Statement<Parameters, Row>;
  };
}

/**
 * Runs `change` in one transaction that takes the write lock at its start. (A transaction that only takes it at its
 * first write can fail half-way, because another process wrote in between; SQLite does not wait then.)
 */
export function write<Result>(store: Pick<Store, 'database'>, change: () => Result): Result {
  return store.database.transaction(change).immediate();
}
