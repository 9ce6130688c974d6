import { renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { type ListedCell, listCells } from './cells.ts';
import { compare, type Damage, missing, setStamp, wrongSize } from './check.ts';
import { type Digest, type Fingerprint, hashFile } from './digest.ts';
import { isMissing } from './disk-failure.ts';
import { syncFolders, writeBeside } from './durable.ts';
import { ingestMissing } from './rebuild.ts';
import { type CellRecord, listFanOut, listRecords, readRecord, recordText } from './record.ts';
import { basisOf } from './runs.ts';
import { type AffectedCell, setAside } from './set-aside.ts';
import { look, type Stamp, stampOf } from './stamp.ts';
import { type Store, write } from './store.ts';

export interface Progress {
  readonly files: number;
  readonly totalFiles: number;
  readonly bytes: number;
  readonly totalBytes: number;
}

export interface Verified {
  readonly files: number;
  readonly bytes: number;
  readonly damage: readonly (Damage & { readonly artifact: Digest })[];
  /** Files in `files/` and `artifacts/` that nothing refers to. They are harmless; `collect` deletes them. */
  readonly orphans: readonly string[];
  /** Records in `cells/` that are damaged, or whose artifact is missing. Their cells run again when needed. */
  readonly strayRecords: readonly string[];
  /** Cells of the index without a record in `cells/`. A rebuilt index would not have them. `repair` writes them. */
  readonly missingRecords: readonly Fingerprint[];
  /** With `repair`: the cells that must run again. */
  readonly setAside: readonly AffectedCell[];
}

/**
 * Reads all files again, even if their stamps are unchanged. With `repair`, damaged files are set aside and missing
 * records written.
 */
export async function verify(
  store: Store,
  { repair = false }: { repair?: boolean | undefined } = {},
  onProgress: (progress: Progress) => void = () => {},
): Promise<Verified> {
  ingestMissing(store);
  const held = heldFiles(store);
  const totalBytes = held.reduce((sum, { size }) => sum + size, 0);
  let [files, bytes] = [0, 0];
  const damage: Verified['damage'][number][] = [];
  for (const file of held) {
    const problem = await reread(store, file);
    const holders = problem === undefined ? [] : holdersOf(store, file);
    damage.push(
      ...holders.flatMap((holder) => (problem ? [{ ...holder, path: file.path, ...problem }] : [])),
    );
    files += 1;
    bytes += file.size;
    onProgress({ files, totalFiles: held.length, bytes, totalBytes });
  }
  const withoutRecord = cellsWithoutRecord(store);
  if (repair) for (const cell of withoutRecord) await restoreRecord(store, cell);
  const affected = repair ? damage.flatMap((one) => setAside(store, one.artifact, [one])) : [];
  return {
    files,
    bytes,
    damage,
    orphans: orphans(store).map(({ path }) => path),
    strayRecords: strayRecords(store),
    missingRecords: withoutRecord.map(({ fingerprint }) => fingerprint),
    setAside: affected,
  };
}

interface HeldFile {
  readonly digest: Digest;
  readonly path: string;
  /** Bytes; 0 for manifests, whose size is not stored. */
  readonly size: number;
  readonly kind: 'content' | 'manifest';
}

function heldFiles({ sql, folders }: Store): HeldFile[] {
  const contents = sql<[], { digest: Digest; size: number }>(
    'SELECT sha256 AS digest, size FROM files WHERE sha256 IN (SELECT sha256 FROM artifact_files)',
  ).all();
  const manifests = sql<[], { digest: Digest }>('SELECT digest FROM artifacts').all();
  return [
    ...manifests.map(({ digest }) => {
      return { digest, path: folders.manifest(digest), size: 0, kind: 'manifest' as const };
    }),
    ...contents.map(({ digest, size }) => {
      return { digest, path: folders.content(digest), size, kind: 'content' as const };
    }),
  ];
}

async function reread(store: Store, { digest, path, size, kind }: HeldFile) {
  const stat = look(path);
  if (stat === undefined) return missing;
  if (kind === 'content' && stat.size !== BigInt(size)) return wrongSize(stat.size, size);
  try {
    const problem = compare(digest, await hashFile(path, Number(stat.size)));
    // A damaged file whose stat is unchanged (a bad disk) must not pass the next check either.
    remember(store, digest, problem === undefined ? stampOf(stat) : null);
    return problem;
  } catch (error) {
    if (isMissing(error)) return missing;
    throw error;
  }
}

function remember(store: Store, digest: Digest, stamp: Stamp | null): void {
  const { known } = store
    .sql<[Digest, Digest], { known: Stamp | null }>(
      'SELECT coalesce((SELECT stamp FROM files WHERE sha256 = ?), (SELECT stamp FROM artifacts WHERE digest = ?)) AS known',
    )
    .get(digest, digest) ?? { known: null };
  if (known !== stamp) write(store, () => setStamp(store, digest, stamp));
}

function holdersOf({ sql }: Store, { digest, kind }: HeldFile): { artifact: Digest; file: string }[] {
  if (kind === 'manifest') return [{ artifact: digest, file: 'manifest' }];
  return sql<[Digest], { artifact: Digest; file: string }>(
    'SELECT artifact, path AS file FROM artifact_files WHERE sha256 = ?',
  ).all(digest);
}

/** Files that nothing in the index refers to, such as those left by crashes. */
export function orphans({ sql, folders }: Store): { name: string; path: string }[] {
  const contents = new Set(
    sql<[], { sha256: string }>('SELECT DISTINCT sha256 FROM artifact_files')
      .all()
      .map((row) => row.sha256),
  );
  const manifests = new Set(
    sql<[], { digest: string }>('SELECT digest FROM artifacts')
      .all()
      .map((row) => `${row.digest}.json`),
  );
  return [
    ...listFanOut(folders.files).filter(({ name }) => !contents.has(name)),
    ...listFanOut(folders.artifacts).filter(({ name }) => !manifests.has(name)),
    ...listFanOut(folders.cells).filter(({ name }) => name.endsWith('.tmp')),
  ];
}

/** Records that could not be added to the index. */
export function strayRecords(store: Store): string[] {
  const known = new Set(listCells(store).map(({ fingerprint }) => fingerprint));
  return listRecords(store.folders)
    .filter((fingerprint) => !known.has(fingerprint))
    .map((fingerprint) => store.folders.record(fingerprint));
}

function cellsWithoutRecord(store: Store): ListedCell[] {
  return listCells(store).filter(({ fingerprint }) => readRecord(store.folders, fingerprint) === undefined);
}

async function restoreRecord(store: Store, listed: ListedCell): Promise<void> {
  const { size: _, published: __, attempt, project, pipeline, ...cell } = listed;
  const { fingerprint } = cell;
  const basis = basisOf(store, fingerprint);
  if (basis === undefined) return;
  const target = store.folders.record(fingerprint);
  const record: CellRecord = {
    ...cell,
    manifest: basis,
    ...(attempt === undefined ? {} : { attempt }),
    ...(project === undefined ? {} : { project }),
    ...(pipeline === undefined ? {} : { pipeline }),
  };
  const temporary = await writeBeside(target, recordText(record));
  renameSync(temporary, target);
  await syncFolders([dirname(target)]);
}
