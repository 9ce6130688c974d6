import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { codeOf } from '../cache/disk-failure.ts';
import { identityOf, isAlive, type ProcessIdentity } from '../cache/process-identity.ts';
import { type Ending, explainEnding } from './ending.ts';
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
    const { pid, ending } = start(job, command, this.#environment);
    const group = new ProcessGroup(pid);
    const ended = ending.then(async (ending): Promise<Ended> => {
      await group.gone();
      const { exitCode, signal } = ending;
      return {
        ...(exitCode === undefined ? {} : { exitCode }),
        ...(signal === undefined ? {} : { signal }),
        problem: explainEnding(command.argv[0], job.places.project, ending),
      };
    });
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

interface Started {
  /** Undefined if the process could not be started; its ending says why. */
  readonly pid: number | undefined;
  readonly ending: Promise<Ending>;
}

function start(
  job: Job,
  { argv: [file, ...args], env }: JobCommand,
  environment: NodeJS.ProcessEnv,
): Started {
  const log = openSync(job.log, 'a');
  try {
    const child = spawn(file, args, {
      cwd: job.places.project,
      env: { ...environment, ...env },
      // The process writes to the log file itself, not to a pipe through this process, so that it can outlive the
      // scheduler. Nothing is sent over the channel: a cell process sees by its end that its scheduler has ended.
      stdio: ['ignore', log, log, ...(job.program === null ? (['ipc'] as const) : [])],
      detached: true,
    });
    return { pid: child.pid, ending: endingOf(child) };
  } catch (error) {
    // Node throws some errors of starting a process (such as too long arguments), and emits others.
    return { pid: undefined, ending: Promise.resolve(notStarted(error)) };
  } finally {
    closeSync(log);
  }
}

function endingOf(child: ChildProcess): Promise<Ending> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(notStarted(error)));
    child.once('exit', (exitCode, signal) =>
      resolve({ ...(exitCode === null ? {} : { exitCode }), ...(signal === null ? {} : { signal }) }),
    );
  });
}

function notStarted(error: unknown): Ending {
  return { code: codeOf(error), message: error instanceof Error ? error.message : String(error) };
}
