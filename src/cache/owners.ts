import { isDead, type ProcessIdentity, thisProcess } from './process-identity.ts';
import type { Store } from './store.ts';

/** A process that holds leases or runs attempts. */
export interface Owner extends ProcessIdentity {
  readonly id: number;
  /** Its last heartbeat, milliseconds since 1970. */
  readonly heartbeat: number;
}

type Key = [host: string, pid: number, started: string, boot: string, pidSpace: string];

const columns = 'id, host, pid, started, boot, pid_space AS pidSpace, heartbeat';

/** Milliseconds. A younger heartbeat is not written again, because each transaction of a run would write it. */
const freshFor = 1_000;

/** The id of this process in the table of owners; added if necessary. Within a transaction. */
export function enlist({ sql }: Store): number {
  const self = thisProcess();
  const key: Key = [self.host, self.pid, self.started, self.boot, self.pidSpace];
  sql<[...Key, number, number]>(
    `INSERT INTO owners (host, pid, started, boot, pid_space, heartbeat) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET heartbeat = excluded.heartbeat WHERE heartbeat < excluded.heartbeat - ?`,
  ).run(...key, Date.now(), freshFor);
  const row = sql<Key, { id: number }>(
    'SELECT id FROM owners WHERE host = ? AND pid = ? AND started = ? AND boot = ? AND pid_space = ?',
  ).get(...key);
  if (row === undefined) throw new Error('this process was enlisted and is not there');
  return row.id;
}

export function ownerOf({ sql }: Store, id: number): Owner | undefined {
  return sql<[number], Owner>(`SELECT ${columns} FROM owners WHERE id = ?`).get(id);
}

/** Stores a heartbeat of this process. */
export function beat({ sql }: Store): void {
  const { host, pid, started, boot, pidSpace } = thisProcess();
  sql<[number, ...Key]>(
    `UPDATE owners SET heartbeat = ?
     WHERE host = ? AND pid = ? AND started = ? AND boot = ? AND pid_space = ?`,
  ).run(Date.now(), host, pid, started, boot, pidSpace);
}

/** The owners that are dead. */
export function deadOwners({ sql }: Store): Owner[] {
  return sql<[], Owner>(`SELECT ${columns} FROM owners`)
    .all()
    .filter((owner) => isDead(owner, owner.heartbeat));
}

/** Whether another living process has held leases or run attempts here. */
export function hasOthers({ sql }: Store): boolean {
  const { host, pid, started } = thisProcess();
  return sql<[], Owner>(`SELECT ${columns} FROM owners`)
    .all()
    .filter((owner) => owner.host !== host || owner.pid !== pid || owner.started !== started)
    .some((owner) => !isDead(owner, owner.heartbeat));
}

export function isOwnerDead(store: Store, id: number): boolean {
  const owner = ownerOf(store, id);
  return owner === undefined || isDead(owner, owner.heartbeat);
}

/** Deletes dead owners that nothing refers to, within a transaction. */
export function forget({ sql }: Store, owners: readonly Owner[]): void {
  for (const { id } of owners) {
    sql<[number]>(
      `DELETE FROM owners WHERE id = ? AND id NOT IN (SELECT owner FROM leases)
       AND id NOT IN (SELECT owner FROM attempts WHERE state = 'running') AND id NOT IN (SELECT owner FROM pins)`,
    ).run(id);
  }
}
