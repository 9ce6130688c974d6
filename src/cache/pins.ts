import type { Digest } from './digest.ts';
import { enlist, isOwnerDead } from './owners.ts';
import type { Store } from './store.ts';

/**
 * Pins artifacts: `collect` keeps them until this process unpins them or ends. Within a transaction.
 * @returns those that are no longer in the cache, which cannot be pinned
 */
export function pin(store: Store, artifacts: Iterable<Digest>): Digest[] {
  const owner = enlist(store);
  const isThere = store.sql<[Digest], { digest: Digest }>('SELECT digest FROM artifacts WHERE digest = ?');
  const insert = store.sql<[number, Digest]>('INSERT OR IGNORE INTO pins VALUES (?, ?)');
  return [...artifacts].filter((artifact) => {
    if (isThere.get(artifact) === undefined) return true;
    insert.run(owner, artifact);
    return false;
  });
}

/** Unpins everything that this process has pinned. Within a transaction. */
export function unpin(store: Store): void {
  store.sql<[number]>('DELETE FROM pins WHERE owner = ?').run(enlist(store));
}

/** The artifacts that living processes have pinned. */
export function pinned(store: Store): Set<Digest> {
  const owners = store.sql<[], { owner: number }>('SELECT DISTINCT owner FROM pins').all();
  const artifacts = store.sql<[number], { artifact: Digest }>('SELECT artifact FROM pins WHERE owner = ?');
  const living = owners.filter(({ owner }) => !isOwnerDead(store, owner));
  return new Set(living.flatMap(({ owner }) => artifacts.all(owner).map(({ artifact }) => artifact)));
}
