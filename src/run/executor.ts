import type { Json } from '../json.ts';
import type { Explained } from './ending.ts';
import type { Job } from './job.ts';

/**
 * Where jobs are executed: processes of this machine, this process itself, a cluster. One file an executor. A job tells by
 * its files (`events`, `log`, `output`) what it does; the executor only starts it, knows when it has ended, and ends it.
 */
export interface Executor {
  /** Starts a job. @returns what it is known by, which is written down with the attempt */
  submit(job: Job): Promise<Handle>;
  /** Waits until a job has ended that this executor object has submitted, with all that it started. */
  watch(handle: Handle): Promise<Ended>;
  /** Ends a job with all that it started, first gently. */
  cancel(handle: Handle): void;
  /**
   * Takes up a job that a scheduler submitted which has died since.
   * @returns once the job runs no more: nothing of it writes to its folders
   */
  takeUp(handle: Handle): Promise<void>;
}

/** What a submitted job is known by: JSON, for another process to take it up. */
export type Handle = Json;

/** How a job ended, as its executor sees it. */
export interface Ended {
  readonly exitCode?: number;
  readonly signal?: string;
  /** What to tell of it, where its work is not done and it did not tell a failure itself. */
  readonly problem?: Explained;
}
