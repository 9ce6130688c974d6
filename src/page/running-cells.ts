import type { PageEvent } from './page-data.ts';

type OfCell = Exclude<PageEvent, { readonly event: 'run' | 'notice' | 'changed' }>;

/** How far a run is, and what the cells that run have reported so far: their records and their last progress. */
export class RunningCells {
  #run: PageEvent | undefined;
  readonly #cells = new Map<string, { started: OfCell; records: OfCell[]; progress: OfCell | undefined }>();

  note(event: PageEvent): void {
    switch (event.event) {
      case 'run':
        this.#run = event;
        break;
      case 'cell':
        if (event.state === 'running')
          this.#cells.set(event.cell, { started: event, records: [], progress: undefined });
        else this.#cells.delete(event.cell);
        break;
      case 'record':
        this.#cells.get(event.cell)?.records.push(event);
        break;
      case 'progress': {
        const cell = this.#cells.get(event.cell);
        if (cell) cell.progress = event;
      }
    }
  }

  events(): PageEvent[] {
    const cells = [...this.#cells.values()].flatMap(({ started, records, progress }) => [
      started,
      ...records,
      ...(progress ? [progress] : []),
    ]);
    return this.#run ? [this.#run, ...cells] : cells;
  }
}
