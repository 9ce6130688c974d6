import type { Json } from '../json.ts';
import type { Explained } from './ending.ts';
import type { Job } from './job.ts';

/**
 * A place where jobs are executed: processes of this machine, this process itself, or a cluster. Each executor is one
 * file. A job reports what it does in its files (`events`, `log`, `output`). The executor only starts the job, waits for
 * its end, and cancels it.
 */
export interface Executor {
  /** Starts a job. @returns its handle, which is stored with the attempt */
  submit(job: Job): Promise<Handle>;
  /** Waits until a job has ended, with all processes that it started. This object must have submitted the job. */
  watch(handle: Handle): Promise<Ended>;
  /** Ends a job and all processes that it started. They are asked first, and killed later. */
  cancel(handle: Handle): void;
  /**
   * Takes over a job whose scheduler has died.
   * @returns when the job has ended, so that it no longer writes to its folders
   */
  takeUp(handle: Handle): Promise<void>;
}

/** Identifies a submitted job. It is JSON, so that another process can take the job over. */
export type Handle = Json;

/** How a job ended, as far as its executor knows. */
export interface Ended {
  readonly exitCode?: number;
  readonly signal?: string;
  /** The message for the user if the job is not done and did not report a failure itself. */
  readonly problem?: Explained;
}
