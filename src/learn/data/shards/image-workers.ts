import { Worker } from 'node:worker_threads';
import { Failure } from '../../../failure.ts';
import { parseReason } from '../../../failure-reasons.ts';
import type { FailureParts, Reply, Request } from './image-worker.ts';
import { type BatchTask, type Checked, type CheckTask, checkImage, readBatch } from './tasks.ts';

/** Threads that read images; see `tasks.ts`. */
export interface ImageWorkers {
  readonly count: number;
  check(task: CheckTask): Promise<Checked>;
  batch(task: BatchTask): Promise<Float32Array<ArrayBuffer>>;
  /** Ends the threads. Without it they end with the process: idle ones do not keep it alive. */
  close(): Promise<void>;
}

/** A task, without the number by which its reply is found. */
type Task = { readonly check: CheckTask } | { readonly batch: BatchTask };

/**
 * Starts threads that read images, at the first task. Results do not depend on their number.
 * @param count 0: the tasks are done in this thread, as where the code runs from its TypeScript sources, which a thread
 * of Node.js 20 cannot load
 */
export function imageWorkers(count: number): ImageWorkers {
  if (count === 0) return { count, check: checkImage, batch: readBatch, close: async () => {} };
  let starting: Promise<Thread[]> | undefined;
  const start = async () => {
    const { workerUrl, ROLE } = await import('./image-worker.ts');
    return Array.from(
      { length: count },
      () => new Thread(new Worker(new URL(workerUrl), { workerData: ROLE })),
    );
  };
  const run = async (task: Task) => {
    starting ??= start();
    const threads = await starting;
    // The one with the fewest tasks.
    return threads.reduce((a, b) => (b.tasks < a.tasks ? b : a)).run(task);
  };
  return {
    count,
    // The worker answers a task with what its function in `tasks.ts` returns.
    check: (check) => run({ check }) as Promise<Checked>,
    batch: (batch) => run({ batch }) as Promise<Float32Array<ArrayBuffer>>,
    close: async () => void (await Promise.all((await starting)?.map((thread) => thread.close()) ?? [])),
  };
}

interface Waiting {
  done(result: unknown): void;
  failed(error: unknown): void;
}

class Thread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;
  #ended: Error | undefined;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.unref();
    worker.on('message', (reply: Reply) => this.#answer(reply));
    worker.on('error', (error) => this.#end(error));
    worker.on('exit', (code) => this.#end(new Error(`A thread that reads images ended with code ${code}`)));
  }

  /** How many are not done. */
  get tasks(): number {
    return this.#waiting.size;
  }

  run(task: Task): Promise<unknown> {
    return new Promise((done, failed) => {
      if (this.#ended) return failed(this.#ended);
      this.#last += 1;
      this.#waiting.set(this.#last, { done, failed });
      this.#worker.ref();
      this.#worker.postMessage({ id: this.#last, ...task } satisfies Request);
    });
  }

  close(): Promise<number> {
    return this.#worker.terminate();
  }

  #answer(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (this.#waiting.size === 0) this.#worker.unref();
    if ('failure' in reply) waiting?.failed(asFailure(reply.failure));
    else if ('error' in reply) waiting?.failed(reply.error);
    else waiting?.done(reply.done);
  }

  #end(error: Error): void {
    this.#ended ??= error;
    for (const { failed } of this.#waiting.values()) failed(this.#ended);
    this.#waiting.clear();
  }
}

function asFailure({ reason, message, hint, details }: FailureParts): Failure {
  return new Failure(parseReason(reason), message, { ...(hint && { hint }), ...(details && { details }) });
}
