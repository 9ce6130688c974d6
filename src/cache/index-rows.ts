import { canonicalJson, type Digest, type Fingerprint } from './digest.ts';
import type { ArtifactManifest, CellRecord } from './record.ts';
import type { Stamp } from './stamp.ts';
import type { Store } from './store.ts';
import { noteUse } from './uses.ts';

/** The stamps that the files of an artifact had when they were last known to be intact. */
export interface KnownStamps {
  readonly manifest: Stamp | null;
  content(file: Digest): Stamp | null;
}

/** Nothing is known, so the first check reads the files. */
export const unseen: KnownStamps = { manifest: null, content: () => null };

type Index = Pick<Store, 'sql'>;

/** Writes an artifact and its files, within a transaction. NULL does not replace an older stamp. */
export function insertArtifact(
  { sql }: Index,
  digest: Digest,
  { type, files }: ArtifactManifest,
  stamps: KnownStamps,
): void {
  sql<[Digest, string, Stamp | null]>(
    'INSERT INTO artifacts VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET stamp = coalesce(excluded.stamp, stamp)',
  ).run(digest, type, stamps.manifest);
  for (const { path, size, sha256 } of files) {
    sql<[Digest, number, Stamp | null]>(
      'INSERT INTO files VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET stamp = coalesce(excluded.stamp, stamp)',
    ).run(sha256, size, stamps.content(sha256));
    sql<[Digest, string, Digest]>('INSERT OR IGNORE INTO artifact_files VALUES (?, ?, ?)').run(
      digest,
      path,
      sha256,
    );
  }
}

/** Writes a published cell, and that its attempt is done, within a transaction. `at`: when it was published. */
export function insertCell({ sql }: Index, record: CellRecord, at: number): void {
  const { fingerprint, artifact, cell, kind, values, attempt, project, pipeline } = record;
  keepBasis({ sql }, fingerprint, canonicalJson(record.manifest));
  sql<[Fingerprint, Digest, string, string, string, number | null, number, string | null, string | null]>(
    'INSERT OR REPLACE INTO cells VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
  ).run(
    fingerprint,
    artifact,
    cell,
    kind,
    canonicalJson(values),
    attempt ?? null,
    at,
    project ?? null,
    pipeline ?? null,
  );
  if (project !== undefined) noteUse({ sql, project }, fingerprint);
  if (attempt === undefined) return;
  sql<[number, number, Fingerprint]>(
    "UPDATE attempts SET state = 'done', finished = coalesce(finished, ?) WHERE id = ? AND fingerprint = ?",
  ).run(at, attempt, fingerprint);
}

/** Stores the basis of a fingerprint, for `why`. */
export function keepBasis({ sql }: Index, fingerprint: Fingerprint, basis: string): void {
  sql<[Fingerprint, string]>('INSERT OR IGNORE INTO manifests VALUES (?, ?)').run(fingerprint, basis);
}

/** Removes artifacts from the index. Their contents remain in `files` until `collect` deletes them. */
export function deleteArtifact({ sql }: Index, artifact: Digest): void {
  sql<[Digest]>('DELETE FROM cells WHERE artifact = ?').run(artifact);
  sql<[Digest]>('DELETE FROM artifact_files WHERE artifact = ?').run(artifact);
  sql<[Digest]>('DELETE FROM artifacts WHERE digest = ?').run(artifact);
}
