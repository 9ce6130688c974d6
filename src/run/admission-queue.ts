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

/** A queue for p-queue that lets out the first task that fits into the free slots, not simply the first. */
export class AdmissionQueue implements Queue<Run, AdmissionOptions> {
  readonly #waiting: Task[] = [];

  /** How many tasks p-queue may choose from: none, as long as nothing that waits fits. */
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
