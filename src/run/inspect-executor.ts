import type { Ended, Executor, Handle } from './executor.ts';
import type { Job } from './job.ts';
import { LocalExecutor } from './local-executor.ts';
import { runJob } from './run-job.ts';

/**
 * Executes jobs within this process, one at a time, so that a debugger that is attached to it stops in the code of a kind.
 * What the cell prints goes to the terminal. Programs run as processes of this machine.
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

  /** Code within this process cannot be ended from outside: the debugger, or a second Ctrl-C, ends the process. */
  cancel(handle: Handle): void {
    this.#programs.cancel(handle);
  }

  takeUp(handle: Handle): Promise<void> {
    return this.#programs.takeUp(handle);
  }
}
