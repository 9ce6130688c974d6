import { writeFileSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Job } from './job.ts';

/** How a job is started: in the folder of the project, with these variables added to the environment. */
export interface JobCommand {
  readonly argv: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
}

/** Writes the files that a job needs, and returns the command that runs it on any machine that shares the disk. */
export async function jobCommand(job: Job): Promise<JobCommand> {
  const { program, folder, output, scratch, trajectory, events, places } = job;
  if (!program) {
    const file = join(folder, 'job.json');
    writeFileSync(file, JSON.stringify(job), { mode: 0o600 });
    const cell = join(places.home, 'dist', 'cell.js');
    return {
      argv: [process.execPath, '--enable-source-maps', cell, file],
      env: { ...threads(job), ...gpus(job) },
    };
  }
  const given = {
    RETABLE_OUTPUT: output,
    RETABLE_SCRATCH: scratch,
    RETABLE_TRAJECTORY: trajectory,
    RETABLE_EVENTS: events,
  };
  return {
    argv: program.argv,
    env: { ...program.env, ...(await linkedInputs(job)), ...given, ...gpus(job) },
  };
}

/** A program finds each input as a folder of links to cached files; `RETABLE_INPUT_<NEED>` has its path. */
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

/** Node's default, which is for files alone. */
const USUAL_THREADS = 4;

/** Node decodes images in the threads in which it reads files: as many as cores, and one for the engine. */
function threads({ allocation: { cpu } }: Job): Record<string, string> {
  const isSet = process.env.UV_THREADPOOL_SIZE !== undefined;
  return isSet || cpu < USUAL_THREADS ? {} : { UV_THREADPOOL_SIZE: String(cpu + 1) };
}

/** A cell that asks for GPUs sees only those that it was given. */
function gpus({ allocation: { gpus } }: Job): Record<string, string> {
  return gpus.length > 0 ? { CUDA_VISIBLE_DEVICES: gpus.join(',') } : {};
}
