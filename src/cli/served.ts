import type { CellId } from '../pipeline/pipeline.ts';
import type { RunEvent } from '../run/events.ts';
import type { Served } from '../verify/record-text.ts';

/** The outcome of each cell of a run, from its events. */
export class ServedCells {
  readonly #cells = new Map<CellId, Served>();

  note(event: RunEvent): void {
    if (event.event === 'cell-cached' || event.event === 'cell-finished') {
      const { cell: id, fingerprint, artifact } = event;
      this.#cells.set(id, { id, state: 'done', fingerprint, artifact });
    } else if (event.event === 'cell-failed') {
      this.#cells.set(event.cell, { id: event.cell, state: 'missing' });
    } else if (event.event === 'cell-skipped') {
      const { cell: id, because } = event;
      const isSearch = because === 'left-out' || because === 'diverged';
      this.#cells.set(id, { id, state: isSearch ? because : 'missing' });
    }
  }

  /** The outcomes of these cells, in order; undefined if some of them were not part of the run. */
  of(cells: readonly { readonly id: CellId }[]): Served[] | undefined {
    const found = cells.flatMap(({ id }) => this.#cells.get(id) ?? []);
    return found.length === cells.length ? found : undefined;
  }
}
