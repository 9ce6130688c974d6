import type { Fingerprint } from './digest.ts';
import type { Store } from './store.ts';

// Which projects use which cells. `collect` in one project keeps what other projects use.

/** Stores that this project uses a cell, within a transaction. */
export function noteUse({ sql, project }: Pick<Store, 'sql' | 'project'>, fingerprint: Fingerprint): void {
  sql<[string, Fingerprint]>('INSERT OR IGNORE INTO uses VALUES (?, ?)').run(project, fingerprint);
}

/** The cells that other projects use. */
export function usedElsewhere({ sql, project }: Store): Set<Fingerprint> {
  const rows = sql<[string], { fingerprint: Fingerprint }>(
    'SELECT DISTINCT fingerprint FROM uses WHERE project <> ?',
  ).all(project);
  return new Set(rows.map(({ fingerprint }) => fingerprint));
}

/** Deletes the uses of this project, except those of these cells, within a transaction. */
export function forgetUses({ sql, project }: Store, kept: ReadonlySet<Fingerprint>): void {
  const used = sql<[string], { fingerprint: Fingerprint }>(
    'SELECT fingerprint FROM uses WHERE project = ?',
  ).all(project);
  const forget = sql<[string, Fingerprint]>('DELETE FROM uses WHERE project = ? AND fingerprint = ?');
  for (const { fingerprint } of used) if (!kept.has(fingerprint)) forget.run(project, fingerprint);
}
