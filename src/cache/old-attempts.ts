import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Fingerprint } from './digest.ts';
import type { Store } from './store.ts';

/** How many attempts are kept for each cell of each pipeline. */
const keptPerCell = 3;

export interface OldAttempts {
  /** Folders that are no longer needed. */
  readonly folders: string[];
  /** Attempts that can be deleted from the index. */
  readonly ids: number[];
}

interface Staying {
  /** The attempts that published cells that are kept. */
  readonly published: ReadonlySet<number>;
  readonly busy: ReadonlySet<Fingerprint>;
  readonly keeps: (fingerprint: Fingerprint) => boolean;
}

/**
 * The attempts that can be deleted. Kept are: running attempts, those of other projects, the last three of each kept cell
 * with their logs (but not their outputs), and those that published a kept cell.
 * @param names the entries of `attempts/`, listed before the index is read. A folder is created after its row, so a folder
 * without a row is old
 */
export function oldAttempts(
  { sql, folders, project }: Store,
  names: readonly string[],
  { published, busy, keeps }: Staying,
): OldAttempts {
  const rows = sql<[], { id: number; state: string; fingerprint: Fingerprint; project: string; age: number }>(
    `SELECT id, state, fingerprint, project,
       row_number() OVER (PARTITION BY project, pipeline, cell ORDER BY id DESC) AS age
     FROM attempts`,
  ).all();
  const kept = new Map<number, boolean>();
  for (const { id, state, fingerprint, project: whose, age } of rows) {
    const isBusy = state === 'running' || busy.has(fingerprint);
    const isRecent = age <= keptPerCell && keeps(fingerprint);
    if (isBusy || whose !== project || isRecent || published.has(id)) kept.set(id, isBusy);
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
