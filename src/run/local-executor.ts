import { closeSync, openSync } from 'node:fs';
import { identityOf, isAlive, type ProcessIdentity } from '../cache/process-identity.ts';
import { explainEnding } from './ending.ts';
import type { Ended, Executor, Handle } from './executor.ts';
import type { Job } from './job.ts';
import { type JobCommand, jobCommand } from './job-command.ts';
import { ProcessGroup } from './process-group.ts';

interface Running {
  readonly group: ProcessGroup;
  readonly ended: Promise<Ended>;
}

/** Executes each job as a process of this machine, in its own process group. Its output goes directly to the log. */
export class LocalExecutor implements Executor {
  readonly #running = new Map<string, Running>();
  /** A copy, because reading all of `process.env` takes a tenth of a millisecond. */
  readonly #environment = { ...process.env };

  async submit(job: Job): Promise<Handle> {
    const command = await jobCommand(job);
    const subprocess = await start(job, command, this.#environment);
    const group = new ProcessGroup(subprocess.pid);
    const ended = subprocess.ended.then(async (result): Promise<Ended> => {
      await group.gone();
      const { exitCode, signal } = result;
      return {
        ...(exitCode === undefined ? {} : { exitCode }),
        ...(signal === undefined ? {} : { signal }),
        problem: explainEnding(command.argv[0], job.places.project, result),
      };
    });
    // A process that could not be started has no pid; how it ended tells why.
    const { pid } = subprocess;
    const handle: Handle = pid === undefined ? { job: job.folder } : { ...identityOf(pid) };
    this.#running.set(keyOf(handle), { group, ended });
    return handle;
  }

  async watch(handle: Handle): Promise<Ended> {
    const running = this.#running.get(keyOf(handle));
    if (!running) throw new Error('a job that this executor did not submit was watched');
    try {
      return await running.ended;
    } finally {
      this.#running.delete(keyOf(handle));
    }
  }

  cancel(handle: Handle): void {
    this.#running.get(keyOf(handle))?.group.end();
  }

  /** A cell process ends with its scheduler, but a program continues. It is ended here: nobody would learn its exit code. */
  async takeUp(handle: Handle): Promise<void> {
    // Written by `submit`.
    const process = handle as unknown as ProcessIdentity | { readonly job: string };
    if (!('pid' in process) || !isAlive(process)) return;
    const group = new ProcessGroup(process.pid);
    group.end();
    await group.gone();
  }
}

function keyOf(handle: Handle): string {
  return JSON.stringify(handle);
}

async function start(job: Job, { argv: [file, ...args], env }: JobCommand, environment: NodeJS.ProcessEnv) {
  // Loaded only now: a run that finds all cells in the cache starts no process.
  const { execa } = await import('execa');
  const log = openSync(job.log, 'a');
  try {
    const subprocess = execa(file, args, {
      cwd: job.places.project,
      env: { ...environment, ...env },
      extendEnv: false,
      // The process writes to the log file itself, not to a pipe through this process, so that it can outlive the
      // scheduler. Any descriptor will do; execa's types allow those from 3 to 9.
      stdio: ['ignore', log as 3, log as 3],
      // Nothing is sent: a cell process sees by the end of the channel that its scheduler has ended.
      ipc: job.program === null,
      serialization: 'json',
      buffer: false,
      detached: true,
      cleanup: false,
      reject: false,
    });
    // In an object, because an async function that returns a promise waits for it.
    return { pid: subprocess.pid, ended: subprocess };
  } finally {
    closeSync(log);
  }
}
