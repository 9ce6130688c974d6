import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { asFailure } from '../failure.ts';
import { type Attempt, runningAttempts } from './attempts.ts';
import type { Fingerprint } from './digest.ts';
import { explainDiskError } from './disk-failure.ts';
import { deadOwners, forget } from './owners.ts';
import { type Store, write } from './store.ts';

export interface Recovered {
  /** Attempts whose process died; they are `interrupted` now. */
  readonly attempts: Attempt[];
  /** Leases of dead processes, which are free now. */
  readonly leases: Fingerprint[];
}

/**
 * Tidies up after processes that died: their attempts become `interrupted`, their private output is deleted (the log
 * stays), their leases and pins are dropped. Output goes first: if this process dies too, the next one finds them again.
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

/** Output that cannot be removed, such as a folder without the right to write in it, must not stop every later run. */
function removeOutput(store: Store, folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  } catch (error) {
    store.notice(asFailure(explainDiskError(error, `remove ${folder}`)).message);
  }
}
