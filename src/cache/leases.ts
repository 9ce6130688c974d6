import type { Fingerprint } from './digest.ts';
import { enlist, isOwnerDead, type Owner, ownerOf } from './owners.ts';
import { type Store, write } from './store.ts';

export type Acquired = { readonly ok: true } | { readonly ok: false; readonly holder: Owner };

/**
 * Takes the lease of a cell, so that no other process runs it. The lease belongs to the process, which may take it twice.
 * The lease of a dead process is taken over.
 */
export function acquire(store: Store, fingerprint: Fingerprint): Acquired {
  const { sql } = store;
  return write(store, () => {
    const self = enlist(store);
    const held = sql<[Fingerprint], { owner: number }>('SELECT owner FROM leases WHERE fingerprint = ?').get(
      fingerprint,
    );
    if (held?.owner === self) return { ok: true };
    const holder = held && ownerOf(store, held.owner);
    if (holder !== undefined && !isOwnerDead(store, holder.id)) return { ok: false, holder };
    sql<[Fingerprint, number, number]>('INSERT OR REPLACE INTO leases VALUES (?, ?, ?)').run(
      fingerprint,
      self,
      Date.now(),
    );
    return { ok: true };
  });
}

/** Releases a lease. A lease that this process does not hold is not changed. */
export function release(store: Store, fingerprint: Fingerprint): void {
  write(store, () => {
    store
      .sql<[Fingerprint, number]>('DELETE FROM leases WHERE fingerprint = ? AND owner = ?')
      .run(fingerprint, enlist(store));
  });
}

/** The fingerprints whose leases living processes hold. */
export function leased(store: Store): Set<Fingerprint> {
  const rows = store.sql<[], { fingerprint: Fingerprint; owner: number }>('SELECT * FROM leases').all();
  const alive = new Map<number, boolean>();
  return new Set(
    rows.flatMap(({ fingerprint, owner }) => {
      if (!alive.has(owner)) alive.set(owner, !isOwnerDead(store, owner));
      return alive.get(owner) ? [fingerprint] : [];
    }),
  );
}
