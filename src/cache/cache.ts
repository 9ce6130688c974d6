import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Database } from 'better-sqlite3';
import type { Json } from '../json.ts';
import {
  type Attempt,
  type AttemptEnd,
  attemptsOf,
  finishAttempt,
  type NewAttempt,
  publishingAttempt,
  startAttempt,
} from './attempts.ts';
import { filesOf, type ListedCell, listCells, lookup, partDigest, pathOf, type StoredCell } from './cells.ts';
import { checkMany, type Damage } from './check.ts';
import { bytesOf, type Collected, type CollectOptions, collect } from './collect.ts';
import { ContentDigests } from './content-digests.ts';
import { crashPoint } from './crash-point.ts';
import type { Digest, Fingerprint } from './digest.ts';
import { explainDiskError } from './disk-failure.ts';
import { foldersOf, type ScratchKey } from './folders.ts';
import { type Acquired, acquire, leased, release } from './leases.ts';
import { openToRead, openToWrite } from './open.ts';
import { beat, hasOthers } from './owners.ts';
import { pin, unpin } from './pins.ts';
import type { Publication } from './publication.ts';
import { Publisher } from './publisher.ts';
import type { ArtifactFile } from './record.ts';
import { type Recovered, recover } from './recover.ts';
import { basisOf, hasRun, type LastBasis, lastBasis, type RunRecord, recordRun } from './runs.ts';
import { endScratch, forgetEarlyStop } from './scratch.ts';
import { type AffectedCell, setAside } from './set-aside.ts';
import { racy } from './stamp.ts';
import { preparer, type Store, write } from './store.ts';
import { type Progress, type Verified, verify } from './verify.ts';

export type { Attempt, AttemptEnd, NewAttempt } from './attempts.ts';
export type { ListedCell, StoredCell } from './cells.ts';
export type { Damage } from './check.ts';
export type { Collected, CollectOptions, Freed } from './collect.ts';
export type { Acquired } from './leases.ts';
export type { Publication } from './publication.ts';
export type { ArtifactFile } from './record.ts';
export type { Recovered } from './recover.ts';
export type { LastBasis, RunRecord } from './runs.ts';
export type { AffectedCell } from './set-aside.ts';
export type { Progress, Verified } from './verify.ts';

export interface CacheOptions {
  /** The project whose attempts and runs are used: the path from the cache folder to its folder. Default: `..`. */
  readonly project?: string;
  /** Called with a line that the user should see, such as that the index was rebuilt. */
  readonly notice?: (text: string) => void;
  /** Called between every two durable steps; for tests. `RETABLE_CRASH_AT` works too. */
  readonly onStep?: (name: string) => void;
  /** Only read: no cache is created, and a cache that cannot be written can be read. */
  readonly readOnly?: boolean;
}

/** Opens the cache in a folder, and creates it if there is none. Any number of processes may do so at once. */
export function openCache(dir: string, options: CacheOptions = {}): Cache {
  const { project = '..', notice = () => {}, onStep = () => {}, readOnly = false } = options;
  const own = foldersOf(resolve(dir));
  const crash = crashPoint();
  const { folders, database } = explained(`open the cache ${own.root}`, () =>
    readOnly ? openToRead(own, notice) : openToWrite(own, notice),
  );
  const step = (name: string) => {
    onStep(name);
    crash(name);
  };
  return new Cache({ folders, database, project, sql: preparer(database), step, notice });
}

/**
 * The content-addressed store of artifacts, and its index. A facade: each method calls a function of another file in this
 * folder. Full disks, missing permissions and similar problems are Failures.
 */
export class Cache {
  /** The folder of the cache. */
  readonly root: string;
  readonly #store: Store;
  readonly #database: Database;
  readonly #publisher: Publisher;
  readonly #digests: ContentDigests;

  constructor(store: Store) {
    this.root = store.folders.root;
    this.#store = store;
    this.#database = store.database;
    this.#publisher = new Publisher(store);
    this.#digests = new ContentDigests(store);
  }

  /** The cell with that fingerprint, if it was published. `check` tells whether its files are intact. */
  lookup(fingerprint: Fingerprint): StoredCell | undefined {
    return explained('look into the cache', () => lookup(this.#store, fingerprint));
  }

  lookupMany(fingerprints: Iterable<Fingerprint>): Map<Fingerprint, StoredCell> {
    const found = new Map<Fingerprint, StoredCell>();
    for (const fingerprint of fingerprints) {
      const cell = this.lookup(fingerprint);
      if (cell !== undefined) found.set(fingerprint, cell);
    }
    return found;
  }

  /** The attempt that published a cell, if it is known. */
  publishingAttempt(fingerprint: Fingerprint): Attempt | undefined {
    return explained('look up an attempt', () => publishingAttempt(this.#store, fingerprint));
  }

  /** The damage of an artifact; empty if it is intact. Calls stat for each file, and reads those that differ. */
  check(artifact: Digest): Damage[] {
    return this.checkMany([artifact]).get(artifact) ?? [];
  }

  /**
   * The same for files that may have changed recently in a way that stat does not show. Files that changed at `since`
   * (milliseconds since 1970), shortly before it or later are read.
   */
  checkSince(artifacts: Iterable<Digest>, since: number): Map<Digest, Damage[]> {
    return explained('check artifacts', () => checkMany(this.#store, artifacts, since - racy));
  }

  /** The same for many artifacts. A file that several of them share is checked once. */
  checkMany(artifacts: Iterable<Digest>): Map<Digest, Damage[]> {
    return explained('check artifacts', () => checkMany(this.#store, artifacts));
  }

  /** Moves damaged files away and forgets the cells that had them. Returns these cells, which must run again. */
  setAside(artifact: Digest, damage: readonly Damage[]): AffectedCell[] {
    return explained('set damaged files aside', () => setAside(this.#store, artifact, damage));
  }

  /**
   * Stores what a cell wrote, and returns its artifact. The files are moved out of the folder. If this fails, they are
   * all moved back. Failures: `bad-output`, `output-changed`, `value-not-finite`, `disk-full`, …
   */
  publish(publication: Publication): Promise<Digest> {
    return this.#publisher.publish(publication);
  }

  /** The same for many at once: they share transactions. */
  publishMany(publications: readonly Publication[]): Promise<Digest[]> {
    return Promise.all(publications.map((publication) => this.publish(publication)));
  }

  /** The files of an artifact, sorted by path. */
  files(artifact: Digest): ArtifactFile[] {
    return explained('list an artifact', () => filesOf(this.#store, artifact));
  }

  /** The digest that an artifact would have if it contained only some of its files. */
  partDigest(artifact: Digest, isPart: (path: string) => boolean): Digest {
    return explained('list an artifact', () => partDigest(this.#store, artifact, isPart));
  }

  /** The path of a file of an artifact; read only. Failure: `file-not-in-artifact`. */
  path(artifact: Digest, file: string): string {
    return explained('find a file', () => pathOf(this.#store, artifact, file));
  }

  /** The digest of a file outside the cache. The file is read again only if it has changed. */
  async contentDigest(path: string): Promise<Digest> {
    try {
      return await this.#digests.digest(path);
    } catch (error) {
      throw explainDiskError(error, `read ${path}`);
    }
  }

  /** Takes the lease of a cell, so that no other process runs it. */
  acquire(fingerprint: Fingerprint): Acquired {
    return explained('take a lease', () => acquire(this.#store, fingerprint));
  }

  release(fingerprint: Fingerprint): void {
    explained('give back a lease', () => release(this.#store, fingerprint));
  }

  /** Protects artifacts from `collect` until this process unpins them or ends. Missing ones are left out. */
  pin(artifacts: Iterable<Digest>): void {
    explained('pin artifacts', () => write(this.#store, () => pin(this.#store, artifacts)));
  }

  unpin(): void {
    explained('unpin artifacts', () => write(this.#store, () => unpin(this.#store)));
  }

  /** Whether a living process holds the lease of a cell. */
  isLeased(fingerprint: Fingerprint): boolean {
    return explained('look up a lease', () => leased(this.#store).has(fingerprint));
  }

  /** Whether another living process has run cells in this cache, and may still do so. */
  isShared(): boolean {
    return explained('look up who uses the cache', () => hasOthers(this.#store));
  }

  /** Shows other hosts that this process is alive. Call it about every 10 s. */
  heartbeat(): void {
    explained('renew leases', () => beat(this.#store));
  }

  startAttempt(attempt: NewAttempt): { id: number; folder: string } {
    return explained(`start ${attempt.cell}`, () => startAttempt(this.#store, attempt));
  }

  finishAttempt(id: number, end: AttemptEnd): void {
    explained('note the end of an attempt', () => finishAttempt(this.#store, id, end));
  }

  /** Cleans up after processes that died. Call it before a run. */
  recover(): Recovered {
    return explained('recover what was interrupted', () => recover(this.#store));
  }

  /** Newest first. */
  attemptsOf(cell: string, pipeline?: string): Attempt[] {
    return explained('list attempts', () => attemptsOf(this.#store, cell, pipeline));
  }

  /** The last attempt at a cell of this name, or its last use from the cache. */
  lastBasis(cell: string, pipeline: string): LastBasis | undefined {
    return explained('look up the basis of a fingerprint', () => lastBasis(this.#store, cell, pipeline));
  }

  /** What a fingerprint was computed from, if it was attempted or published. */
  basis(fingerprint: Fingerprint): Json | undefined {
    return explained('look up the basis of a fingerprint', () => basisOf(this.#store, fingerprint));
  }

  /** Whether this project has run this pipeline with this profile, as far as runs are stored. */
  hasRun(pipeline: string, profile: string): boolean {
    return explained('look up runs', () => hasRun(this.#store, pipeline, profile));
  }

  recordRun(run: RunRecord): void {
    explained('remember the run', () => recordRun(this.#store, run));
  }

  /**
   * A folder for the snapshots of an unfinished cell. It remains between attempts. Its parent contains those of all
   * cells that differ only in where they stop.
   */
  scratch(key: ScratchKey): string {
    const folder = this.#store.folders.scratchOf(key);
    explained('make a folder for snapshots', () => mkdirSync(folder, { recursive: true }));
    return folder;
  }

  /** Call it when a cell is published: removes its snapshots, unless another cell may go on from them. */
  async endScratch(key: ScratchKey): Promise<void> {
    try {
      await endScratch(this.#store, key);
    } catch (error) {
      throw explainDiskError(error, 'remove snapshots');
    }
  }

  /** Call it before a published cell runs again: removes the last snapshot, from which it would end at once. */
  forgetEarlyStop(key: ScratchKey): void {
    explained('remove snapshots', () => forgetEarlyStop(this.#store, key));
  }

  /** The size of all snapshots, in bytes. */
  snapshotBytes(): number {
    return explained('list snapshots', () => bytesOf(this.#store.folders.scratch));
  }

  /** All published cells, by name. */
  ls(): ListedCell[] {
    return explained('list the cache', () => listCells(this.#store));
  }

  /** Reads and checks all files again. */
  async verify(options?: { repair?: boolean }, onProgress?: (progress: Progress) => void): Promise<Verified> {
    try {
      return await verify(this.#store, options, onProgress);
    } catch (error) {
      throw explainDiskError(error, 'verify the cache', '--cache DIR');
    }
  }

  /** Deletes what is no longer needed. */
  collect(options: CollectOptions): Collected {
    return explained('collect garbage', () => collect(this.#store, options));
  }

  /** Closes the index. Leases remain until they are released or the process ends. */
  close(): void {
    this.#database.close();
  }
}

function explained<Result>(attempted: string, act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    throw explainDiskError(error, attempted, '--cache DIR');
  }
}
