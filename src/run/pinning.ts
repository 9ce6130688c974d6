import type { Cache } from '../cache/cache.ts';
import type { Digest } from '../cache/digest.ts';
import type { Cell, CellId } from '../pipeline/pipeline.ts';

/**
 * Pins what later cells of a run will read, so that a collection beside the run leaves it. Artifacts that come to be
 * known at the same time share a transaction.
 */
export class Pinning {
  readonly #cache: Cache;
  readonly #needed: ReadonlySet<CellId>;
  #waiting: Digest[] = [];

  constructor(cache: Cache, cells: readonly Cell[]) {
    this.#cache = cache;
    this.#needed = new Set(cells.flatMap(({ needs }) => Object.values(needs)));
  }

  /** To be called when the artifact of a cell is known. The start of an attempt makes sure of its own inputs once more. */
  add(cell: CellId, artifact: Digest): void {
    if (!this.#needed.has(cell)) return;
    if (this.#waiting.length === 0) setImmediate(() => this.#flush());
    this.#waiting.push(artifact);
  }

  #flush(): void {
    try {
      this.#cache.pin(this.#waiting.splice(0));
    } catch {
      // On a full disk, say: then a collection beside this run may take what it needs, which its cells will tell.
    }
  }

  /** To be called at the end of the run. */
  end(): void {
    this.#waiting = [];
    this.#cache.unpin();
  }
}
