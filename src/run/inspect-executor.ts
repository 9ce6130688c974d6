import type { Ended, Executor, Handle } from './executor.ts';
import type { Job } from './job.ts';
import { LocalExecutor } from './local-executor.ts';
import { runJob } from './run-job.ts';

/**
 * Executes jobs within this process, one at a time, so that a debugger attached to it can stop in the code of a kind.
 * The output of the cell goes to the terminal. Programs run as processes of this machine.
 */
export class InspectExecutor implements Executor {
  readonly #programs = new LocalExecutor();
  readonly #running = new Map<Handle, Promise<Ended>>();

  async submit(job: Job): Promise<Handle> {
    if (job.program) return this.#programs.submit(job);
    const handle = { job: job.folder };
    const ended = runJob(job).then((isDone): Ended => ({ exitCode: isDone ? 0 : 1 }));
    this.#running.set(handle, ended);
    return handle;
  }

  watch(handle: Handle): Promise<Ended> {
    return this.#running.get(handle) ?? this.#programs.watch(handle);
  }

  /** Cancels programs only. Code in this process cannot be cancelled; the debugger or a second Ctrl-C ends the process. */
  cancel(handle: Handle): void {
    this.#programs.cancel(handle);
  }

  takeUp(handle: Handle): Promise<void> {
    return this.#programs.takeUp(handle);
  }
}
