import { readdirSync, rmSync } from 'node:fs';
import { rmdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { lookup } from './cells.ts';
import type { Fingerprint } from './digest.ts';
import { codeOf, isMissing } from './disk-failure.ts';
import { namesIn, removeFolder, type ScratchKey } from './folders.ts';
import { leased } from './leases.ts';
import { look } from './stamp.ts';
import { type Store, write } from './store.ts';

// The snapshots of cells: one folder for each cell, within one for all cells that differ only in where they stop.

/** Milliseconds for which the snapshots of a published cell are kept for cells that go on from them: a week. */
const keptFor = 7 * 24 * 3_600_000;

/**
 * Removes the snapshots of a cell that is published. If it stopped early, they stay for the next one, until the cell
 * that does not is published. Then those of all are removed, except of cells that run now.
 */
export async function endScratch(store: Store, key: ScratchKey): Promise<void> {
  const { fingerprint, trajectory } = key;
  if (fingerprint !== trajectory && lookup(store, trajectory) === undefined) return;
  await removeFolder(store.folders.scratchOf(key));
  const folder = store.folders.trajectory(trajectory);
  if (await removeIfEmpty(folder)) return;
  write(store, () => {
    // Under the write lock, no other process can take a lease and start to write snapshots.
    const busy = leased(store);
    for (const name of namesIn(folder)) {
      if (!busy.has(name as Fingerprint)) rmSync(join(folder, name), { recursive: true, force: true });
    }
  });
  await removeIfEmpty(folder);
}

/** Removes the snapshots that a published cell left when it stopped early. */
export function forgetEarlyStop(store: Store, key: ScratchKey): void {
  if (key.fingerprint === key.trajectory || lookup(store, key.fingerprint) === undefined) return;
  rmSync(store.folders.scratchOf(key), { recursive: true, force: true });
}

interface Staying {
  readonly keeps: (fingerprint: Fingerprint) => boolean;
  readonly busy: ReadonlySet<Fingerprint>;
  /** All published cells. */
  readonly published: ReadonlySet<Fingerprint>;
  /** Milliseconds since 1970. */
  readonly began: number;
}

/**
 * The folders of snapshots that can be deleted. Kept are those of running cells, of unfinished cells that are kept and,
 * for a week, of kept cells that stopped early, unless the cell that does not is published.
 */
export function oldScratch({ folders }: Store, { keeps, busy, published, began }: Staying): string[] {
  return readdirSync(folders.scratch).flatMap((trajectory) => {
    const [folder, plain] = [join(folders.scratch, trajectory), trajectory as Fingerprint];
    const isOld = (name: Fingerprint) => {
      if (busy.has(name)) return false;
      if (!keeps(name)) return true;
      if (!published.has(name)) return false;
      return published.has(plain) || Number(look(join(folder, name))?.mtimeMs ?? 0) < began - keptFor;
    };
    const names = namesIn(folder);
    const old = names.filter((name) => isOld(name as Fingerprint));
    return old.length === names.length ? [folder] : old.map((name) => join(folder, name));
  });
}

/** Whether one of these folders belongs to a cell that runs now. To be asked and acted upon under the write lock. */
export function scratchInUse(store: Store, path: string): boolean {
  const busy = leased(store);
  return [basename(path), ...namesIn(path)].some((name) => busy.has(name as Fingerprint));
}

/** Whether the folder is gone. Asynchronous, because this takes milliseconds on a busy disk. */
async function removeIfEmpty(folder: string): Promise<boolean> {
  try {
    await rmdir(folder);
    return true;
  } catch (error) {
    if (isMissing(error)) return true;
    if (['ENOTEMPTY', 'EEXIST'].includes(codeOf(error))) return false;
    throw error;
  }
}
