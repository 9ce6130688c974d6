import { existsSync } from 'node:fs';
import { Failure } from '../failure.ts';
import { type Digest, type Fingerprint, sha256 } from './digest.ts';
import { ingest } from './rebuild.ts';
import { type ArtifactFile, manifestText } from './record.ts';
import { type Store, write } from './store.ts';

/** A published cell, as the index has it. */
export interface StoredCell {
  readonly artifact: Digest;
  readonly values: Readonly<Record<string, number>>;
  /** The readable name with which it was published. */
  readonly cell: string;
  readonly kind: string;
  /** The attempt that published it, if known. */
  readonly attempt: number | undefined;
}

export interface ListedCell extends StoredCell {
  readonly fingerprint: Fingerprint;
  /** Bytes of its files. A file that several cells share counts for each of them. */
  readonly size: number;
  /** When it was published, milliseconds since 1970. */
  readonly published: number;
  /** The project and the pipeline for which it was published, if known. */
  readonly project: string | undefined;
  readonly pipeline: string | undefined;
}

interface CellRow {
  readonly artifact: Digest;
  readonly cell: string;
  readonly kind: string;
  readonly values: string;
  readonly attempt: number | null;
}

interface ListedRow extends CellRow {
  readonly fingerprint: Fingerprint;
  readonly published: number;
  readonly size: number;
  readonly project: string | null;
  readonly pipeline: string | null;
}

/** The cell with that fingerprint, if it was published. `check` tells whether its files are intact. */
export function lookup(store: Store, fingerprint: Fingerprint): StoredCell | undefined {
  const row = find(store, fingerprint);
  if (row !== undefined) return asStored(row);
  // The index may have lost its last transactions, or the publisher may have died after writing the record.
  if (!existsSync(store.folders.record(fingerprint))) return undefined;
  if (!write(store, () => ingest(store, fingerprint))) return undefined;
  const ingested = find(store, fingerprint);
  return ingested && asStored(ingested);
}

function find({ sql }: Store, fingerprint: Fingerprint): CellRow | undefined {
  return sql<[Fingerprint], CellRow>(
    'SELECT artifact, cell, kind, "values", attempt FROM cells WHERE fingerprint = ?',
  ).get(fingerprint);
}

/** All published cells, by name. */
export function listCells({ sql }: Store): ListedCell[] {
  const rows = sql<[], ListedRow>(
    `SELECT fingerprint, artifact, cell, kind, "values", attempt, published, project, pipeline,
       (SELECT coalesce(sum(size), 0) FROM files WHERE sha256 IN
         (SELECT sha256 FROM artifact_files f WHERE f.artifact = cells.artifact)) AS size
     FROM cells ORDER BY cell, published`,
  ).all();
  return rows.map((row) => ({
    ...asStored(row),
    fingerprint: row.fingerprint,
    size: row.size,
    published: row.published,
    project: row.project ?? undefined,
    pipeline: row.pipeline ?? undefined,
  }));
}

/** The files of an artifact, sorted by path; empty if the artifact is unknown. */
export function filesOf({ sql }: Store, artifact: Digest): ArtifactFile[] {
  return sql<[Digest], ArtifactFile>(
    'SELECT path, size, sha256 FROM artifact_files JOIN files USING (sha256) WHERE artifact = ? ORDER BY path',
  ).all(artifact);
}

/** The digest that an artifact would have if it contained only some of its files. */
export function partDigest(store: Store, artifact: Digest, isPart: (path: string) => boolean): Digest {
  const { type } = store
    .sql<[Digest], { type: string }>('SELECT type FROM artifacts WHERE digest = ?')
    .get(artifact) ?? { type: '' };
  const files = filesOf(store, artifact).filter(({ path }) => isPart(path));
  return sha256(manifestText({ type, files }));
}

/** The path of a file of an artifact. Throws a Failure `file-not-in-artifact` if there is no file of that name. */
export function pathOf({ sql, folders }: Store, artifact: Digest, file: string): string {
  const found = sql<[Digest, string], { sha256: Digest }>(
    'SELECT sha256 FROM artifact_files WHERE artifact = ? AND path = ?',
  ).get(artifact, file);
  if (found === undefined) {
    throw new Failure('file-not-in-artifact', `The artifact ${artifact.slice(0, 12)} has no file ${file}.`);
  }
  return folders.content(found.sha256);
}

function asStored(row: CellRow): StoredCell {
  return {
    artifact: row.artifact,
    // Written by `insertCell`.
    values: JSON.parse(row.values) as Record<string, number>,
    cell: row.cell,
    kind: row.kind,
    attempt: row.attempt ?? undefined,
  };
}
