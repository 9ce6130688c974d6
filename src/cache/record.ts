import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../json.ts';
import { canonicalJson, type Digest, type Fingerprint, isDigest, isFingerprint, sha256 } from './digest.ts';
import type { Folders } from './folders.ts';
import { readIfThere } from './read-if-there.ts';

/** One file of an artifact, as its manifest names it. `path` is relative, with `/`; `size` in bytes. */
export interface ArtifactFile {
  readonly path: string;
  readonly size: number;
  readonly sha256: Digest;
}

/** The manifest of an artifact. The digest of the artifact is that of its canonical JSON. */
export interface ArtifactManifest {
  readonly type: string;
  readonly files: readonly ArtifactFile[];
}

/** The record of a published cell in `cells/`, from which the index is rebuilt. It contains no times. */
export interface CellRecord {
  readonly fingerprint: Fingerprint;
  /** The basis of the fingerprint, with its name in these files. */
  readonly manifest: Json;
  readonly artifact: Digest;
  readonly cell: string;
  readonly kind: string;
  readonly values: Readonly<Record<string, number>>;
  readonly attempt?: number;
  /** The project and the pipeline for which it was published; records of older versions have none. */
  readonly project?: string;
  readonly pipeline?: string;
}

export function manifestText(manifest: ArtifactManifest): string {
  const files = manifest.files.map(({ path, size, sha256 }) => ({ path, size, sha256 }));
  return canonicalJson({ type: manifest.type, files: files.sort((a, b) => (a.path < b.path ? -1 : 1)) });
}

export function recordText(record: CellRecord): string {
  const { attempt, project, pipeline, ...rest } = record;
  return canonicalJson({
    ...rest,
    ...(attempt === undefined ? {} : { attempt }),
    ...(project === undefined ? {} : { project }),
    ...(pipeline === undefined ? {} : { pipeline }),
  });
}

/** The record of a cell; undefined if there is none or it is damaged. */
export function readRecord(folders: Folders, fingerprint: Fingerprint): CellRecord | undefined {
  const record = parse(readIfThere(folders.record(fingerprint)));
  return isRecord(record) && record.fingerprint === fingerprint ? record : undefined;
}

/** The manifest of an artifact; undefined if there is none or its bytes do not have the digest. */
export function readManifest(folders: Folders, artifact: Digest): ArtifactManifest | undefined {
  const text = readIfThere(folders.manifest(artifact));
  if (text === undefined || sha256(text) !== artifact) return undefined;
  // The digest shows that `manifestText` wrote these bytes.
  return JSON.parse(text) as ArtifactManifest;
}

/** The fingerprints that have a file in `cells/`. */
export function listRecords(folders: Folders): Fingerprint[] {
  return listFanOut(folders.cells).flatMap(({ name }) => {
    const fingerprint = name.replace(/\.json$/, '');
    return name.endsWith('.json') && isFingerprint(fingerprint) ? [fingerprint] : [];
  });
}

/** The files in `folder/ab/`, for every `ab`. */
export function listFanOut(folder: string): { name: string; path: string }[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((prefix) =>
    prefix.isDirectory()
      ? readdirSync(join(folder, prefix.name)).map((name) => ({
          name,
          path: join(folder, prefix.name, name),
        }))
      : [],
  );
}

function isRecord(value: unknown): value is CellRecord {
  if (typeof value !== 'object' || value === null) return false;
  const { artifact, cell, kind, values, manifest } = value as Partial<CellRecord>;
  return (
    typeof artifact === 'string' &&
    isDigest(artifact) &&
    typeof cell === 'string' &&
    typeof kind === 'string' &&
    typeof values === 'object' &&
    values !== null &&
    manifest !== undefined
  );
}

function parse(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // Truncated by a power failure: treated as missing, so the cell runs again.
    return undefined;
  }
}
