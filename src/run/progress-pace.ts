import type { CellId } from '../pipeline/pipeline.ts';
import type { RunEvent } from './events.ts';

type Progress = RunEvent & { readonly event: 'cell-progress' };

interface Paced {
  /** When the cell started, and when its progress was last written; in milliseconds. */
  readonly began: number;
  written: number;
  waiting: Progress | undefined;
}

/**
 * Thins out the progress of cells, so that the file of a run stays small: the longer a cell runs, the less often its
 * progress is written. Of several events, the last one counts.
 */
export class ProgressPace {
  readonly #cells = new Map<CellId, Paced>();

  start(cell: CellId): void {
    this.#cells.set(cell, {
      began: performance.now(),
      written: Number.NEGATIVE_INFINITY,
      waiting: undefined,
    });
  }

  note(event: Progress): void {
    const cell = this.#cells.get(event.cell);
    if (cell) cell.waiting = event;
  }

  /** The cell has ended, so its progress is of no interest any more. */
  end(cell: CellId): void {
    this.#cells.delete(cell);
  }

  get isWaiting(): boolean {
    return [...this.#cells.values()].some(({ waiting }) => waiting !== undefined);
  }

  /** The events that are to be written now. */
  due(now: number): Progress[] {
    return [...this.#cells.values()].flatMap((cell) => {
      const { waiting } = cell;
      if (waiting === undefined || now - cell.written < interval(now - cell.began)) return [];
      cell.waiting = undefined;
      cell.written = now;
      return [waiting];
    });
  }
}

/** Milliseconds between two events: 200 in the first minutes, then a thousandth of the running time, up to 5 s. */
function interval(ran: number): number {
  return Math.min(Math.max(ran / 1000, 200), 5000);
}
