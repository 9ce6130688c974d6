import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Digest, Fingerprint } from './digest.ts';
import { isMissing } from './disk-failure.ts';

/** Whose snapshots a folder contains. */
export interface ScratchKey {
  readonly fingerprint: Fingerprint;
  /** The fingerprint that the cell would have if it did not stop early; for most cells it is the same. */
  readonly trajectory: Fingerprint;
}

/** The paths in a cache folder. `docs/cache-and-crash-safety.md` shows the layout. */
export interface Folders {
  readonly root: string;
  readonly index: string;
  /** A file that is locked while an index is created, migrated, repaired or rebuilt. */
  readonly openingLock: string;
  readonly files: string;
  readonly artifacts: string;
  readonly cells: string;
  readonly scratch: string;
  readonly attempts: string;
  readonly aside: string;
  /** Files with the events of runs; made by the first run. */
  readonly runs: string;
  content(digest: Digest): string;
  manifest(artifact: Digest): string;
  record(fingerprint: Fingerprint): string;
  attempt(id: number): string;
  trajectory(key: Fingerprint): string;
  scratchOf(key: ScratchKey): string;
}

export function foldersOf(root: string): Folders {
  const under = (...names: string[]) => join(root, ...names);
  return {
    root,
    index: under('index.sqlite'),
    openingLock: under('index.lock'),
    files: under('files'),
    artifacts: under('artifacts'),
    cells: under('cells'),
    scratch: under('scratch'),
    attempts: under('attempts'),
    aside: under('aside'),
    runs: under('runs'),
    content: (digest) => under('files', digest.slice(0, 2), digest),
    manifest: (artifact) => under('artifacts', artifact.slice(0, 2), `${artifact}.json`),
    record: (fingerprint) => under('cells', fingerprint.slice(0, 2), `${fingerprint}.json`),
    attempt: (id) => under('attempts', String(id)),
    trajectory: (key) => under('scratch', key),
    scratchOf: ({ trajectory, fingerprint }) => under('scratch', trajectory, fingerprint),
  };
}

export function createFolders(folders: Folders): void {
  for (const name of ['files', 'artifacts', 'cells', 'scratch', 'attempts', 'aside'] as const) {
    makeFolder(folders[name]);
  }
}

/** The names in a folder; none if there is no such folder: another process may have removed it. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** Deletes a folder (usually an empty one) asynchronously, because this takes milliseconds on a busy disk. */
export async function removeFolder(path: string): Promise<void> {
  await rmdir(path).catch(() => rm(path, { recursive: true, force: true }));
}

/** Like `mkdir -p`. Node's own function reports ENOENT on a read-only file system. */
export function makeFolder(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
    if (!isMissing(error) || dirname(path) === path) throw error;
    makeFolder(dirname(path));
    makeFolder(path);
  }
}
