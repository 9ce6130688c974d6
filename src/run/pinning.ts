import type { Cache } from '../cache/cache.ts';
import type { Digest } from '../cache/digest.ts';
import type { Cell, CellId } from '../pipeline/pipeline.ts';

/**
 * Pins artifacts that later cells of a run will read, so that a concurrent `cache gc` does not delete them. Artifacts that
 * become known at the same time share a transaction.
 */
export class Pinning {
  readonly #cache: Cache;
  readonly #needed: ReadonlySet<CellId>;
  #waiting: Digest[] = [];

  constructor(cache: Cache, cells: readonly Cell[]) {
    this.#cache = cache;
    this.#needed = new Set(cells.flatMap(({ needs }) => Object.values(needs)));
  }

  /** Call this when the artifact of a cell is known. An attempt pins its own inputs again when it starts. */
  add(cell: CellId, artifact: Digest): void {
    if (!this.#needed.has(cell)) return;
    if (this.#waiting.length === 0) setImmediate(() => this.#flush());
    this.#waiting.push(artifact);
  }

  #flush(): void {
    try {
      this.#cache.pin(this.#waiting.splice(0));
    } catch {
      // For example on a full disk. Then a concurrent `cache gc` may delete an input, and its cell fails with `input-lost`.
    }
  }

  /** Call this at the end of the run. */
  end(): void {
    this.#waiting = [];
    this.#cache.unpin();
  }
}
