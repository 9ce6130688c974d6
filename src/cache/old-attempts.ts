import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Fingerprint } from './digest.ts';
import type { Store } from './store.ts';

/** So many attempts are kept of each cell of each pipeline. */
const keptPerCell = 3;

export interface OldAttempts {
  /** Folders that are not needed any more. */
  readonly folders: string[];
  /** Attempts that the index may forget. */
  readonly ids: number[];
}

/**
 * The attempts that can go. What stays: those running, the last three of each cell with their logs (but not what they
 * wrote), those that published a cell that stays.
 * @param names what lies in `attempts/`, listed before: a folder is made after its row, so one without a row is old
 */
export function oldAttempts(
  { sql, folders }: Store,
  names: readonly string[],
  published: ReadonlySet<number>,
  busy: ReadonlySet<Fingerprint>,
): OldAttempts {
  const rows = sql<[], { id: number; state: string; fingerprint: Fingerprint; age: number }>(
    `SELECT id, state, fingerprint, row_number() OVER (PARTITION BY pipeline, cell ORDER BY id DESC) AS age
     FROM attempts`,
  ).all();
  const kept = new Map<number, boolean>();
  for (const { id, state, fingerprint, age } of rows) {
    const isBusy = state === 'running' || busy.has(fingerprint);
    if (isBusy || age <= keptPerCell || published.has(id)) kept.set(id, isBusy);
  }
  for (const id of published) if (!kept.has(id)) kept.set(id, false);
  return {
    folders: names.flatMap((name) => {
      const isBusy = kept.get(Number(name));
      const folder = join(folders.attempts, name);
      if (isBusy === undefined) return [folder];
      return isBusy
        ? []
        : readdirSync(folder).flatMap((part) => (part === 'output' ? [join(folder, part)] : []));
    }),
    ids: rows.flatMap(({ id }) => (kept.has(id) ? [] : [id])),
  };
}
