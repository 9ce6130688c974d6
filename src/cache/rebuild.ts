import { readdirSync, statSync } from 'node:fs';
import { ingestAttempts } from './attempt-files.ts';
import type { Fingerprint } from './digest.ts';
import type { Folders } from './folders.ts';
import { insertArtifact, insertCell, unseen } from './index-rows.ts';
import { listRecords, readManifest, readRecord } from './record.ts';
import { type Store, write } from './store.ts';

type Index = Pick<Store, 'folders' | 'sql'>;

/** Fills an empty index from the rest of the cache, within a transaction. Returns how many cells it found. */
export function rebuild(index: Index): number {
  ingestAttempts(index);
  const found = listRecords(index.folders).filter((fingerprint) => ingest(index, fingerprint)).length;
  const { taken } = index
    .sql<[], { taken: number | null }>('SELECT max(attempt) AS taken FROM cells')
    .get() ?? { taken: 0 };
  reserveAttempts(index, Math.max(taken ?? 0, lastAttemptFolder(index.folders)));
  return found;
}

/**
 * Adds a cell to the index from its record in `cells/`, after a crash between the two, or a power failure that lost the
 * last transactions of the index. The first check will read its files. Within a transaction.
 * @returns false if there is no record, or if its artifact has no intact manifest
 */
export function ingest(index: Index, fingerprint: Fingerprint): boolean {
  const record = readRecord(index.folders, fingerprint);
  const manifest = record && readManifest(index.folders, record.artifact);
  if (record === undefined || manifest === undefined) return false;
  insertArtifact(index, record.artifact, manifest, unseen);
  insertCell(index, record, publishedAt(index.folders, fingerprint));
  return true;
}

/** Adds every record that is not in the index. */
export function ingestMissing(store: Store): void {
  const known = new Set(
    store
      .sql<[], { fingerprint: Fingerprint }>('SELECT fingerprint FROM cells')
      .all()
      .map((row) => row.fingerprint),
  );
  const missing = listRecords(store.folders).filter((fingerprint) => !known.has(fingerprint));
  if (missing.length === 0) return;
  write(store, () => {
    for (const fingerprint of missing) ingest(store, fingerprint);
  });
}

function publishedAt(folders: Folders, fingerprint: Fingerprint): number {
  return Math.round(statSync(folders.record(fingerprint), { throwIfNoEntry: false })?.mtimeMs ?? 0);
}

/** Numbers of attempts must not be used twice, because two attempts would then share a folder. */
function reserveAttempts({ sql }: Index, taken: number): void {
  sql<[]>("DELETE FROM sqlite_sequence WHERE name = 'attempts'").run();
  if (taken > 0) sql<[number]>("INSERT INTO sqlite_sequence (name, seq) VALUES ('attempts', ?)").run(taken);
}

function lastAttemptFolder(folders: Folders): number {
  return readdirSync(folders.attempts).reduce((last, name) => Math.max(last, Number(name) || 0), 0);
}
