import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** What a new process takes for a few steps of training. */
export interface EngineProcess {
  /** Peak bytes of its resident set, less those right before the first step. */
  readonly memory: number;
  /** Processor seconds from its start to the end of the first step, less those of the second step. */
  readonly startUp: number;
}

export const WORK = 'training-step';

/** Starts `bench/engine-process.ts` and waits for its end. */
export async function engineProcess(
  net: string,
  threads: number,
  engine: string,
  steps: number,
): Promise<EngineProcess> {
  const script = join(dirname(fileURLToPath(import.meta.url)), 'engine-process.js');
  const args = [script, WORK, net, `${threads}`, `${steps}`, engine];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  // Printed by that script alone.
  return JSON.parse(stdout) as EngineProcess;
}
