import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Cache, openCache } from '../cache/cache.ts';
import { canonicalJson, type Digest, type Fingerprint, sha256 } from '../cache/digest.ts';
import { explainDiskError } from '../cache/disk-failure.ts';
import type { Json } from '../json.ts';
import type { Cell } from '../pipeline/pipeline.ts';
import { planCells } from '../plan/plan.ts';
import { type CellKey, Planner } from '../plan/planner.ts';
import type { DoneCell } from '../verify/record.ts';
import { resultsFolder } from './results-folder.ts';
import type { OpenPipeline } from './workspace.ts';

/** In a folder that is kept although its verification has ended. */
const ENDED = 'ended';

/**
 * A cache for one verification, so that no result comes from the cache whose results are verified. It is found again
 * by the next verification of the same cells, which continues there if this one is interrupted.
 */
export class VerifyCache {
  readonly folder: string;
  readonly cache: Cache;
  readonly planner: Planner;
  readonly #opened: OpenPipeline;

  /** @param drawn the cells to compare, if they are not all */
  constructor(opened: OpenPipeline, drawn: ReadonlySet<string> | undefined) {
    const { workspace, pipeline, kinds, engine } = opened;
    const name = [workspace.project, resultsFolder(pipeline), drawn ? [...drawn].sort() : 'all'];
    this.folder = join(workspace.cacheFolder, 'verify', sha256(canonicalJson(name)).slice(0, 16));
    this.#opened = opened;
    this.cache = this.#open();
    const { places } = workspace;
    this.planner = new Planner({ pipeline, kinds, engine: engine?.key ?? null, places, cache: this.cache });
  }

  #open(): Cache {
    const open = () =>
      openCache(this.folder, {
        project: this.#opened.workspace.project,
        notice: (text) => console.error(`note: ${text}`),
      });
    const cache = open();
    if (!existsSync(join(this.folder, ENDED)) || cache.isShared()) return cache;
    cache.close();
    this.#delete();
    return open();
  }

  /**
   * Copies results that the drawn cells need from the cache of the user, if they are those of the record to the byte. A
   * copy is used only if its fingerprint is the one that comes out here.
   * @param cells the drawn cells and those that they need, in order
   * @param records what is recorded of cells that may be copied
   */
  async copy(cells: readonly Cell[], records: ReadonlyMap<string, DoneCell>): Promise<void> {
    const plans = await planCells(this.#opened.known, cells);
    // Another cell may have the fingerprint of one that must run.
    const mustRun = new Set(
      plans.flatMap(({ cell, key }) => (records.has(cell.id) ? [] : (key?.fingerprint ?? []))),
    );
    for (const { cell, state, key, artifact, values = {} } of plans) {
      if (state !== 'cached' || key === undefined || artifact === undefined) continue;
      if (artifact !== records.get(cell.id)?.artifact || mustRun.has(key.fingerprint)) continue;
      if (!this.cache.lookup(key.fingerprint)) await this.#copyOne(cell, key, artifact, values);
    }
  }

  /** Whether the result with this fingerprint is a copy. */
  isCopy(fingerprint: Fingerprint): boolean {
    const stored = this.cache.lookup(fingerprint);
    // What ran here has an attempt.
    return stored !== undefined && stored.attempt === undefined;
  }

  async #copyOne(cell: Cell, { fingerprint, basis }: CellKey, artifact: Digest, values: DoneCell['values']) {
    const { cache: own, kinds, pipeline } = this.#opened;
    // From the beginning of time: every file is read.
    const damage = own.checkSince([artifact], 0).get(artifact);
    if (damage === undefined || damage.length > 0) return;
    const copy = await this.cache.publish({
      fingerprint,
      basis: basis as Json,
      cell: cell.id,
      pipeline: pipeline.name,
      kind: cell.kind,
      type: kinds.get(cell.kind)?.kind.output ?? '',
      folder: this.#copyFiles(artifact),
      values,
    });
    if (copy !== artifact) throw new Error(`the copy of ${cell.id} is ${copy}`);
  }

  /** @returns a folder with copies of the files of an artifact */
  #copyFiles(artifact: Digest): string {
    const own = this.#opened.cache;
    const folder = join(this.folder, 'copies', artifact);
    try {
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder, { recursive: true });
      for (const { path } of own.files(artifact)) {
        const target = join(folder, path);
        mkdirSync(dirname(target), { recursive: true });
        copyFileSync(own.path(artifact, path), target);
      }
      return folder;
    } catch (error) {
      throw explainDiskError(error, `copy a result to ${folder}`, '--cache DIR');
    }
  }

  /** Call this when all is compared. @param keep whether to keep the folder; the next verification begins anew all the same */
  end(keep: boolean): void {
    // Another process may be verifying the same cells. It deletes the folder, or the next verification does.
    const isShared = this.cache.isShared();
    this.cache.close();
    if (keep || isShared) writeFileSync(join(this.folder, ENDED), '');
    else this.#delete();
  }

  #delete(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
