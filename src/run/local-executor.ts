import { closeSync, openSync, writeFileSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { identityOf, isAlive, type ProcessIdentity } from '../cache/process-identity.ts';
import { explainEnding } from './ending.ts';
import type { Ended, Executor, Handle } from './executor.ts';
import type { Job } from './job.ts';
import { ProcessGroup } from './process-group.ts';

interface Running {
  readonly group: ProcessGroup;
  readonly ended: Promise<Ended>;
}

/** Executes each job in a process of this machine, with a group of its own, its output going straight to the log. */
export class LocalExecutor implements Executor {
  readonly #running = new Map<string, Running>();

  async submit(job: Job): Promise<Handle> {
    const subprocess = start(job, await commandOf(job));
    const group = new ProcessGroup(subprocess.pid);
    const ended = subprocess.then(async (result): Promise<Ended> => {
      await group.gone();
      const { exitCode, signal } = result;
      return {
        ...(exitCode === undefined ? {} : { exitCode }),
        ...(signal === undefined ? {} : { signal }),
        problem: explainEnding(argvOf(job)[0], job.places.project, result),
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

  /** A cell process has ended with its scheduler. A program runs on: it is ended, since nobody can tell how it would end. */
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

interface Command {
  readonly env: Readonly<Record<string, string>>;
  /** Whether the process is ours: then it ends when its scheduler does. */
  readonly isCell: boolean;
}

function argvOf({ program, folder }: Job): readonly [string, ...string[]] {
  if (program) return program.argv;
  const cell = join(dirname(fileURLToPath(import.meta.url)), 'cell.js');
  return [process.execPath, '--enable-source-maps', cell, join(folder, 'job.json')];
}

async function commandOf(job: Job): Promise<Command> {
  const { program, folder, output, scratch, events } = job;
  if (!program) {
    writeFileSync(join(folder, 'job.json'), JSON.stringify(job), { mode: 0o600 });
    return { env: {}, isCell: true };
  }
  const given = { RETABLE_OUTPUT: output, RETABLE_SCRATCH: scratch, RETABLE_EVENTS: events };
  return { env: { ...program.env, ...(await linkedInputs(job)), ...given }, isCell: false };
}

function start(job: Job, { env, isCell }: Command) {
  const [file, ...args] = argvOf(job);
  const log = openSync(job.log, 'a');
  try {
    return execa(file, args, {
      cwd: job.places.project,
      env: { ...env, ...visibleGpus(job) },
      // The file itself, not a pipe through this process: what a cell prints outlives the scheduler. Any descriptor
      // will do; execa's types name those from 3 to 9.
      stdio: ['ignore', log as 3, log as 3],
      // Nothing is sent: a cell process notices by the end of the channel that its scheduler has ended.
      ipc: isCell,
      serialization: 'json',
      buffer: false,
      detached: true,
      cleanup: false,
      reject: false,
    });
  } finally {
    closeSync(log);
  }
}

/** Programs see an input as a folder of links into the store, named by `RETABLE_INPUT_<NEED>`. */
async function linkedInputs(job: Job): Promise<Record<string, string>> {
  const variables: Record<string, string> = {};
  for (const [need, { files }] of Object.entries(job.inputs)) {
    const folder = join(job.folder, 'inputs', need);
    await mkdir(folder, { recursive: true });
    for (const [name, path] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await symlink(path, join(folder, name));
    }
    variables[`RETABLE_INPUT_${need.toUpperCase().replaceAll('-', '_')}`] = folder;
  }
  return variables;
}

/** A cell that asks for devices sees those and no others. */
function visibleGpus({ allocation: { gpus } }: Job): Record<string, string> {
  return gpus.length > 0 ? { CUDA_VISIBLE_DEVICES: gpus.join(',') } : {};
}
