import { parentPort, workerData } from 'node:worker_threads';
import { isFailure } from '../../../failure.ts';
import { type BatchTask, type CheckTask, checkImage, readBatch } from './tasks.ts';

// The code of a thread that reads images. It is the module of that thread: nothing but its address is imported.

export const workerUrl = import.meta.url;

/** Says that a thread was started to read images: the module may also be loaded in another thread for its address. */
export const ROLE = 'retable: read images';

export type Request = { readonly id: number } & (
  | { readonly check: CheckTask; readonly batch?: never }
  | { readonly batch: BatchTask; readonly check?: never }
);

/** A `Failure` is sent in parts, because only plain errors can be sent. */
export interface FailureParts {
  readonly reason: string;
  readonly message: string;
  readonly hint: string | undefined;
  readonly details: Record<string, unknown> | undefined;
}

export type Reply = { readonly id: number } & (
  | { readonly done: unknown }
  | { readonly failure: FailureParts }
  | { readonly error: unknown }
);

if (parentPort && workerData === ROLE) {
  const port = parentPort;
  port.on('message', async (request: Request) => {
    const { id } = request;
    try {
      if (request.check) {
        const done = await checkImage(request.check);
        port.postMessage({ id, done } satisfies Reply, [done.bytes.buffer]);
      } else {
        const done = await readBatch(request.batch);
        port.postMessage({ id, done } satisfies Reply, [done.buffer]);
      }
    } catch (error) {
      port.postMessage({ id, ...told(error) } satisfies Reply);
    }
  });
}

function told(error: unknown): { failure: FailureParts } | { error: unknown } {
  if (!isFailure(error)) return { error };
  const { reason, message, hint, details } = error;
  return { failure: { reason, message, hint, details } };
}
