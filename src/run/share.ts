import type PQueue from 'p-queue';
import type { Resources } from '../pipeline/pipeline.ts';
import type { AdmissionOptions, AdmissionQueue } from './admission-queue.ts';
import { type Allocation, none, type Slots } from './resources.ts';

/** What one cell holds of the machine while its process runs. It can be given back and taken again. */
export class Share {
  readonly #queue: PQueue<AdmissionQueue, AdmissionOptions>;
  readonly #slots: Slots;
  readonly #resources: Resources;
  #allocation: Allocation = none;
  #isHeld = false;
  /** Ends the queue's task that stands for this share. */
  #end: () => void = () => {};

  constructor(queue: PQueue<AdmissionQueue, AdmissionOptions>, slots: Slots, resources: Resources) {
    this.#queue = queue;
    this.#slots = slots;
    this.#resources = resources;
  }

  get allocation(): Allocation {
    return this.#allocation;
  }

  /** Waits until what the cell asks for is free. Does nothing where it is held already. */
  take(): Promise<void> {
    if (this.#isHeld) return Promise.resolve();
    return new Promise((admitted) => {
      const admit = (allocation: Allocation) => {
        this.#allocation = allocation;
        this.#isHeld = true;
      };
      const hold = () =>
        new Promise<void>((end) => {
          this.#end = end;
          admitted();
        });
      void this.#queue.add(hold, { resources: this.#resources, slots: this.#slots, admit });
    });
  }

  /** Lets other cells have it. Does nothing where it is not held. */
  give(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.#slots.give(this.#allocation);
    this.#end();
  }
}
