import { renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Damage } from './check.ts';
import type { Digest, Fingerprint } from './digest.ts';
import { isDigest } from './digest.ts';
import { isMissing } from './disk-failure.ts';
import { deleteArtifact } from './index-rows.ts';
import { type Store, write } from './store.ts';

/** A cell whose artifact was damaged, so that it must run again. */
export interface AffectedCell {
  readonly fingerprint: Fingerprint;
  readonly cell: string;
  readonly artifact: Digest;
}

/**
 * Deletes every cell whose artifact contains one of the damaged files from the index, then moves these files to `aside/`.
 * Records are deleted first, so that after a crash in between these cells run again and are never used.
 */
export function setAside(store: Store, artifact: Digest, damage: readonly Damage[]): AffectedCell[] {
  const affected = write(store, () => {
    const artifacts = artifactsWith(store, artifact, damage);
    const cells = artifacts.flatMap((digest) => cellsOf(store, digest));
    for (const { fingerprint } of cells) {
      rmSync(store.folders.record(fingerprint), { force: true });
      store.step('record-removed');
    }
    for (const digest of artifacts) deleteArtifact(store, digest);
    return cells;
  });
  store.step('index-cleared');
  for (const { path } of damage) {
    moveAside(store, path);
    store.step('file-moved-aside');
  }
  return affected;
}

/** Moves a file to `aside/`, with a unique name. Returns its new path; undefined if it did not exist. */
export function moveAside({ folders }: Pick<Store, 'folders'>, path: string): string | undefined {
  count += 1;
  const aside = join(folders.aside, `${basename(path)}.${Date.now()}-${process.pid}-${count}`);
  try {
    renameSync(path, aside);
    return aside;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

let count = 0;

function artifactsWith({ sql }: Store, artifact: Digest, damage: readonly Damage[]): Digest[] {
  const holders = sql<[Digest], { artifact: Digest }>(
    'SELECT DISTINCT artifact FROM artifact_files WHERE sha256 = ?',
  );
  const found = new Set([artifact]);
  for (const { path } of damage) {
    const name = basename(path);
    if (isDigest(name)) for (const row of holders.all(name)) found.add(row.artifact);
  }
  return [...found];
}

function cellsOf({ sql }: Store, artifact: Digest): AffectedCell[] {
  return sql<[Digest], AffectedCell>(
    'SELECT fingerprint, cell, artifact FROM cells WHERE artifact = ? ORDER BY cell',
  ).all(artifact);
}
