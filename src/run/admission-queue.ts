import type { Queue, QueueAddOptions } from 'p-queue';
import type { Resources } from '../pipeline/pipeline.ts';
import type { Allocation, Slots } from './resources.ts';

/** A task that asks for resources; `admit` is called with what it gets, just before it starts. */
export type AdmissionOptions = QueueAddOptions & {
  readonly resources: Resources;
  readonly slots: Slots;
  readonly admit: (allocation: Allocation) => void;
};

type Run = () => Promise<unknown>;
type Task = { readonly run: Run; readonly options: Partial<AdmissionOptions> };

/** A queue for p-queue that starts the first task that fits into the free slots, instead of simply the first one. */
export class AdmissionQueue implements Queue<Run, AdmissionOptions> {
  readonly #waiting: Task[] = [];

  /** The number of waiting tasks; 0 if none of them fits into the free slots, so that p-queue starts nothing. */
  get size(): number {
    return this.#nextIndex() < 0 ? 0 : this.#waiting.length;
  }

  enqueue(run: Run, options: Partial<AdmissionOptions> = {}): void {
    this.#waiting.push({ run, options });
  }

  dequeue(): Run | undefined {
    const [task] = this.#waiting.splice(this.#nextIndex(), 1);
    const { resources, slots, admit } = task?.options ?? {};
    const allocation = resources && slots?.take(resources);
    if (allocation) admit?.(allocation);
    return task?.run;
  }

  filter(): Run[] {
    return this.#waiting.map((task) => task.run);
  }

  /** Cells start in the order of the pipeline; there is no other priority. */
  setPriority(): void {}

  #nextIndex(): number {
    if (this.#waiting[0]?.options.slots?.full) return -1;
    return this.#waiting.findIndex(
      ({ options: { resources, slots } }) => resources !== undefined && slots?.fits(resources),
    );
  }
}
