import type { Progress } from '../../kind/kind.ts';

/** How fast a cell goes. Only steps of its phase and of this attempt count: an earlier one may have done the others. */
export class Pace {
  #last: Progress | undefined;
  /** When the phase began, in milliseconds, and how many of its steps were done then. */
  #began = 0;
  #from = 0;

  note(progress: Progress, now: number): void {
    if (this.#last?.phase !== progress.phase) {
      this.#began = now;
      this.#from = progress.done ?? 0;
    }
    this.#last = progress;
  }

  /** Seconds until the phase ends; undefined where they can't be judged, or where it has ended. */
  secondsLeft(now: number): number | undefined {
    const { done = 0, total = 0 } = this.#last ?? {};
    if (done <= this.#from || done >= total) return undefined;
    return (((now - this.#began) / 1000) * (total - done)) / (done - this.#from);
  }
}
