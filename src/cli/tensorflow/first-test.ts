import { join } from 'node:path';
import { execa } from 'execa';
import { home } from '../../home.ts';
import { StepFailed } from './steps.ts';

/** What came of a first test. */
export interface Tested {
  /** Why nothing was computed: the library loads, and this machine has no GPU for it. */
  readonly gpuMissing?: string;
}

/**
 * Computes on the device of an installation, in a process of its own: a library that does not fit this processor ends
 * its process.
 * @param engines the folder of engines
 * @throws StepFailed if the installation does not work
 */
export async function firstTest(engines: string): Promise<Tested> {
  const program = join(home, 'dist', 'first-test.js');
  const { stdout, stderr, exitCode, signal } = await execa(process.execPath, [program], {
    reject: false,
    env: { RETABLE_ENGINES: engines },
  });
  if (exitCode !== 0) {
    const last = stderr.trim().split('\n').slice(-6).join('\n');
    throw new StepFailed(`The library ended its process (${signal ?? exitCode}).\n${last}`, ELSEWHERE);
  }
  // Printed by first-test-process.ts.
  const { reason, message } = JSON.parse(stdout) as { reason?: string; message?: string };
  if (reason === undefined) return {};
  if (reason === 'gpu-missing') return { gpuMissing: message ?? '' };
  throw new StepFailed(`${message}`, ELSEWHERE);
}

const ELSEWHERE =
  'This processor or this system may be too old for the library: use the engine `onnx` here, or another machine. An installation that has worked before is mended with --replace.';
