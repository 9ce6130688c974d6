import type PQueue from 'p-queue';
import type { Resources } from '../pipeline/pipeline.ts';
import type { AdmissionOptions, AdmissionQueue } from './admission-queue.ts';
import { type Allocation, none, type Slots } from './resources.ts';

/** The resources that a cell holds while its process runs. They can be given back and taken again. */
export class Share {
  readonly #queue: PQueue<AdmissionQueue, AdmissionOptions>;
  readonly #slots: Slots;
  readonly #resources: Resources;
  #allocation: Allocation = none;
  #isHeld = false;
  /** Ends the task in the queue that represents this share. */
  #end: () => void = () => {};

  constructor(queue: PQueue<AdmissionQueue, AdmissionOptions>, slots: Slots, resources: Resources) {
    this.#queue = queue;
    this.#slots = slots;
    this.#resources = resources;
  }

  get allocation(): Allocation {
    return this.#allocation;
  }

  /** Waits until the resources are free, and takes them. Does nothing if they are already held. */
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

  /** Gives the resources back. Does nothing if they are not held. */
  give(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.#slots.give(this.#allocation);
    this.#end();
  }
}
