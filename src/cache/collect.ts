import { readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { runningAttempts } from './attempts.ts';
import { type ListedCell, listCells } from './cells.ts';
import type { Digest, Fingerprint } from './digest.ts';
import { namesIn } from './folders.ts';
import { deleteArtifact } from './index-rows.ts';
import { leased } from './leases.ts';
import { type OldAttempts, oldAttempts } from './old-attempts.ts';
import { pinned } from './pins.ts';
import { ingestMissing } from './rebuild.ts';
import { oldRunFilesOf, projectFolder } from './run-files.ts';
import { recentFingerprints } from './runs.ts';
import { oldScratch, scratchInUse } from './scratch.ts';
import { look } from './stamp.ts';
import { type Store, write } from './store.ts';
import { forgetUses, usedElsewhere } from './uses.ts';
import { orphans, strayRecords } from './verify.ts';

export interface CollectOptions {
  /** Cells to keep in any case. */
  readonly keep: ReadonlySet<Fingerprint>;
  /** Only report what would be deleted. */
  readonly dryRun?: boolean | undefined;
  /** Also keep what this many last runs of each profile and each `--set` refer to. Default: 1. */
  readonly keepRuns?: number | undefined;
  /** Also delete what only other projects use. */
  readonly allProjects?: boolean | undefined;
  /** Milliseconds to keep files that nothing refers to, because they may be being published. Default: an hour. */
  readonly grace?: number | undefined;
}

export interface Freed {
  readonly what: 'cell' | 'file' | 'scratch' | 'attempt' | 'run' | 'aside';
  /** A cell's readable name, or a path. */
  readonly name: string;
  /** Bytes on the disk. Those of a cell are counted with its files. */
  readonly bytes: number;
}

export interface Collected {
  readonly freed: readonly Freed[];
  readonly cells: number;
  readonly files: number;
  readonly bytes: number;
}

const hour = 3_600_000;
const batchSize = 500;

/**
 * Deletes what no project uses, except what is leased, pinned or in a running attempt. Records are deleted first, then rows
 * of the index, then files. So a crash in between leaves files that the next collection finds, but never a cell without its
 * files.
 */
export function collect(store: Store, options: CollectOptions): Collected {
  const began = Date.now();
  ingestMissing(store);
  const attemptNames = readdirSync(store.folders.attempts);
  const garbage = write(store, () => {
    const found = findGarbage(store, options, attemptNames, began);
    if (!options.dryRun) forget(store, found);
    return found;
  });
  store.step('index-cleared');
  const freed = [
    ...garbage.cells.map(({ cell }): Freed => ({ what: 'cell', name: cell, bytes: 0 })),
    ...garbage.paths.map(({ what, path }): Freed => ({ what, name: path, bytes: bytesOf(path) })),
  ];
  if (!options.dryRun) remove(store, garbage.paths);
  const files = freed.filter(({ what }) => what === 'file').length;
  return {
    freed,
    cells: garbage.cells.length,
    files,
    bytes: freed.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

interface Garbage {
  readonly cells: readonly ListedCell[];
  readonly artifacts: readonly Digest[];
  readonly strays: readonly string[];
  readonly attempts: OldAttempts;
  /** What this project still uses. */
  readonly used: ReadonlySet<Fingerprint>;
  readonly paths: readonly { what: Exclude<Freed['what'], 'cell'>; path: string }[];
}

function findGarbage(
  store: Store,
  { keep, keepRuns = 1, grace = hour, allProjects = false }: CollectOptions,
  attemptNames: string[],
  began: number,
): Garbage {
  const busy = leased(store);
  for (const { fingerprint } of runningAttempts(store)) busy.add(fingerprint);
  const used = new Set([...keep, ...recentFingerprints(store, keepRuns)]);
  const kept = new Set([...used, ...busy, ...(allProjects ? [] : usedElsewhere(store))]);

  const held = pinned(store);
  const isKept = ({ fingerprint, artifact }: ListedCell) => kept.has(fingerprint) || held.has(artifact);
  const all = listCells(store);
  const staying = all.filter(isKept);
  const cells = all.filter((cell) => !isKept(cell));
  const published = new Set(staying.flatMap(({ attempt }) => attempt ?? []));
  const keeps = (fingerprint: Fingerprint) => kept.has(fingerprint);
  const attempts = oldAttempts(store, attemptNames, { published, busy, keeps });
  const artifacts = artifactsBut(store, new Set([...held, ...staying.map(({ artifact }) => artifact)]));

  const contents = filesOnlyIn(store, artifacts);
  const loose = orphans(store).filter(({ path }) => isOlder(path, began - grace));
  const files = [
    ...contents.map((digest) => store.folders.content(digest)),
    ...artifacts.map((digest) => store.folders.manifest(digest)),
    ...loose.map(({ path }) => path),
  ];
  const scratch = oldScratch(store, {
    keeps,
    busy,
    published: new Set(all.map(({ fingerprint }) => fingerprint)),
    began,
  });
  return {
    cells,
    artifacts,
    strays: strayRecords(store).filter((path) => isOlder(path, began - grace)),
    attempts,
    used,
    paths: [
      ...files.filter((path) => isOlder(path, began)).map((path) => ({ what: 'file' as const, path })),
      ...scratch.map((path) => ({ what: 'scratch' as const, path })),
      ...attempts.folders.map((path) => ({ what: 'attempt' as const, path })),
      ...oldRuns(store, keepRuns, allProjects).map((path) => ({ what: 'run' as const, path })),
      ...readdirSync(store.folders.aside).map((name) => {
        return { what: 'aside' as const, path: join(store.folders.aside, name) };
      }),
    ],
  };
}

/** The files with events of old runs of this project, or of all. */
function oldRuns({ folders: { runs }, project }: Store, keep: number, allProjects: boolean): string[] {
  const own = projectFolder(runs, project);
  const others = allProjects ? namesIn(runs).map((name) => join(runs, name)) : [];
  const old = others.filter((folder) => folder !== own).flatMap((folder) => oldRunFilesOf(folder, 0));
  return [...oldRunFilesOf(own, keep), ...old];
}

function forget(store: Store, { cells, artifacts, strays, attempts, used }: Garbage): void {
  for (const path of [...cells.map(({ fingerprint }) => store.folders.record(fingerprint)), ...strays]) {
    rmSync(path, { force: true });
    store.step('record-removed');
  }
  const deleteCell = store.sql<[Fingerprint]>('DELETE FROM cells WHERE fingerprint = ?');
  for (const { fingerprint } of cells) deleteCell.run(fingerprint);
  for (const artifact of artifacts) deleteArtifact(store, artifact);
  const deleteAttempt = store.sql<[number]>('DELETE FROM attempts WHERE id = ?');
  for (const id of attempts.ids) deleteAttempt.run(id);
  forgetUses(store, used);
  store.sql<[]>('DELETE FROM files WHERE sha256 NOT IN (SELECT sha256 FROM artifact_files)').run();
  store
    .sql<[]>(
      `DELETE FROM manifests WHERE fingerprint NOT IN (SELECT fingerprint FROM cells
       UNION SELECT fingerprint FROM attempts UNION SELECT fingerprint FROM run_cells)`,
    )
    .run();
}

/** Deletes in batches, under the write lock: so a publisher that then adds an artifact sees which files are missing. */
function remove(store: Store, paths: Garbage['paths']): void {
  const isReferred = store.sql<[string, string], { found: number }>(
    `SELECT 1 AS found FROM artifact_files WHERE sha256 = ? UNION ALL
     SELECT 1 FROM artifacts WHERE digest || '.json' = ?`,
  );
  for (let start = 0; start < paths.length; start += batchSize) {
    write(store, () => {
      for (const { what, path } of paths.slice(start, start + batchSize)) {
        const name = basename(path);
        if (what === 'file' && isReferred.get(name, name) !== undefined) continue;
        if (what === 'scratch' && scratchInUse(store, path)) continue;
        rmSync(path, { recursive: true, force: true });
        store.step('garbage-removed');
      }
    });
  }
}

function artifactsBut({ sql }: Store, staying: ReadonlySet<Digest>): Digest[] {
  return sql<[], { digest: Digest }>('SELECT digest FROM artifacts')
    .all()
    .flatMap(({ digest }) => (staying.has(digest) ? [] : [digest]));
}

function filesOnlyIn({ sql }: Store, artifacts: readonly Digest[]): Digest[] {
  const going = new Set(artifacts);
  const [held, elsewhere] = [new Set<Digest>(), new Set<Digest>()];
  const rows = sql<[], { artifact: Digest; sha256: Digest }>(
    'SELECT artifact, sha256 FROM artifact_files',
  ).all();
  for (const { artifact, sha256 } of rows) (going.has(artifact) ? held : elsewhere).add(sha256);
  return [...held].filter((digest) => !elsewhere.has(digest));
}

/** Whether a file got its name before this time; false if it does not exist. */
function isOlder(path: string, time: number): boolean {
  const stat = look(path);
  return stat !== undefined && Number(stat.ctimeMs) <= time;
}

/** Bytes of a file, or of all files in a folder; 0 if it does not exist. */
export function bytesOf(path: string): number {
  const stat = look(path);
  if (stat === undefined) return 0;
  if (!stat.isDirectory()) return Number(stat.size);
  return namesIn(path).reduce((sum, name) => sum + bytesOf(join(path, name)), 0);
}
