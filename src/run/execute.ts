import { lstatSync, readdirSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Program } from '../kind/kind.ts';
import type { CellJob, CellMessage } from './cell-messages.ts';
import { type Report, runChild } from './child-process.ts';
import type { ExecuteOptions, Executor, Exit, Job } from './job.ts';

/** Executes an attempt in a child process of this machine. */
export const executeLocally: Executor = async (job, options) => {
  const program = job.kind.kind.program?.(job.parameters);
  return program ? runProgram(job, program, options) : runCell(job, options);
};

async function runCell(job: Job, options: ExecuteOptions): Promise<Exit> {
  const report: { -readonly [K in keyof Report]: Report[K] } = { finished: false };
  const message: CellJob = {
    module: job.kind.module,
    engine: job.engine,
    threads: job.allocation.cpu,
    parameters: job.parameters,
    inputs: job.inputs,
    places: job.places,
    output: job.output,
    scratch: job.scratch,
  };
  return runChild(
    job,
    {
      argv: [
        process.execPath,
        '--enable-source-maps',
        join(dirname(fileURLToPath(import.meta.url)), 'cell.js'),
      ],
      cwd: job.places.project,
      env: {},
      message,
      onMessage: (received) => {
        // Sent by cell-process.ts alone.
        const said = received as CellMessage;
        if (said.type === 'progress') options.onProgress(said.progress);
        if (said.type === 'done') {
          const { type: _, ...told } = said;
          Object.assign(report, { finished: true, ...told });
        }
        if (said.type === 'failure') report.failure = said;
      },
      report: () => report,
    },
    options,
  );
}

async function runProgram(job: Job, program: Program, options: ExecuteOptions): Promise<Exit> {
  const inputs = await linkedInputs(job);
  const report = (): Report => {
    const missing = program.outputs.filter((name) => !holdsFile(join(job.output, name)));
    if (missing.length === 0) return {};
    const message = `It ended well but did not write ${missing.join(', ')}.`;
    return {
      failure: {
        reason: 'output-missing',
        message,
        hint: 'It must write its outputs to the folder in $RETABLE_OUTPUT; a folder counts when there is a file in it.',
      },
    };
  };
  const env = { ...program.env, ...inputs, RETABLE_OUTPUT: job.output, RETABLE_SCRATCH: job.scratch };
  const exit = await runChild(
    job,
    { argv: program.argv, cwd: job.places.project, env, report: () => ({}) },
    options,
  );
  const { failure } = exit.state === 'done' ? report() : {};
  return failure ? { state: 'failed', ...failure, measured: exit.measured } : exit;
}

/** Whether there is a file at a path, or anywhere below it: an artifact keeps no empty folders. */
function holdsFile(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found?.isDirectory()) return found !== undefined;
  return readdirSync(path).some((name) => holdsFile(join(path, name)));
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
