import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { asFailure } from '../failure.ts';
import { type Attempt, runningAttempts } from './attempts.ts';
import type { Fingerprint } from './digest.ts';
import { explainDiskError } from './disk-failure.ts';
import { deadOwners, forget } from './owners.ts';
import { type Store, write } from './store.ts';

export interface Recovered {
  /** Attempts whose process died. They are now `interrupted`. */
  readonly attempts: Attempt[];
  /** Leases of dead processes. They are now free. */
  readonly leases: Fingerprint[];
}

/**
 * Cleans up after processes that died: their attempts become `interrupted`, their outputs are deleted (but not the logs),
 * their leases and pins are released. Outputs are deleted first, so that the next process can finish if this one dies too.
 */
export function recover(store: Store): Recovered {
  const dead = deadOwners(store);
  const isDead = new Set(dead.map(({ id }) => id));
  const attempts = runningAttempts(store).filter(({ owner }) => isDead.has(owner));
  for (const { folder } of attempts) removeOutput(store, join(folder, 'output'));
  if (dead.length === 0) return { attempts: [], leases: [] };
  return write(store, () => {
    const interrupt = store.sql<[number, number]>(
      `UPDATE attempts SET state = 'interrupted', finished = ?, reason = 'owner-died',
       message = 'the process that ran it died' WHERE id = ? AND state = 'running'`,
    );
    const interrupted = attempts.filter(({ id }) => interrupt.run(Date.now(), id).changes > 0);
    const drop = store.sql<[number], { fingerprint: Fingerprint }>(
      'DELETE FROM leases WHERE owner = ? RETURNING fingerprint',
    );
    const leases = dead.flatMap(({ id }) => drop.all(id).map(({ fingerprint }) => fingerprint));
    const unpin = store.sql<[number]>('DELETE FROM pins WHERE owner = ?');
    for (const { id } of dead) unpin.run(id);
    forget(store, dead);
    return {
      attempts: interrupted.map(({ owner: _, ...attempt }) => ({
        ...attempt,
        state: 'interrupted' as const,
      })),
      leases,
    };
  });
}

/** An output that cannot be deleted, such as a folder without write permission, must not prevent later runs. */
function removeOutput(store: Store, folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  } catch (error) {
    store.notice(asFailure(explainDiskError(error, `remove ${folder}`)).message);
  }
}
