import type { Progress } from '../../kind/kind.ts';

/**
 * The speed of a cell. Only steps of the current phase and attempt count, because earlier attempts may have done
 * others.
 */
export class Pace {
  #last: Progress | undefined;
  /** When the phase began, in milliseconds, and how many of its steps were already done then. */
  #began = 0;
  #from = 0;

  note(progress: Progress, now: number): void {
    if (this.#last?.phase !== progress.phase) {
      this.#began = now;
      this.#from = progress.done ?? 0;
    }
    this.#last = progress;
  }

  /** Estimated seconds until the phase ends; undefined if they cannot be estimated, or if it has ended. */
  secondsLeft(now: number): number | undefined {
    const { done = 0, total = 0 } = this.#last ?? {};
    if (done <= this.#from || done >= total) return undefined;
    return (((now - this.#began) / 1000) * (total - done)) / (done - this.#from);
  }
}
