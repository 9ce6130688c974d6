import { execa } from 'execa';
import { Failure } from '../../failure.ts';

/** A step of the installation that failed, what it said last, and what to do. */
export class StepFailed extends Error {
  readonly hint: string;
  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

/** The first of these commands that answers `--version`. */
export async function findProgram(
  candidates: readonly (readonly string[])[],
): Promise<readonly string[] | undefined> {
  for (const [file = '', ...args] of candidates) {
    const { failed } = await execa(file, [...args, '--version'], { reject: false, stdio: 'ignore' });
    if (!failed) return [file, ...args];
  }
  return undefined;
}

/**
 * Runs a program that may take minutes.
 * @param hint what to do if it fails
 * @throws StepFailed with the last lines that it printed
 */
export async function runProgram(
  [file = '', ...before]: readonly string[],
  args: readonly string[],
  { hint, cwd }: { readonly hint: string; readonly cwd?: string },
): Promise<void> {
  const result = await execa(file, [...before, ...args], {
    reject: false,
    all: true,
    stdin: 'ignore',
    ...(cwd !== undefined && { cwd }),
  });
  if (!result.failed) return;
  const said = (result.all ?? '').trim().split('\n').slice(-6).join('\n');
  throw new StepFailed(
    `${file} ended with ${result.exitCode ?? result.signal ?? result.code}:\n${said}`,
    hint,
  );
}

/** Turns what went wrong in a step into a Failure that names the step. */
export function stepFailure(step: string, error: unknown): unknown {
  if (!(error instanceof StepFailed)) return error;
  return new Failure(
    'installation-failed',
    `Installing TensorFlow failed at this step: ${step}. ${error.message}`,
    {
      hint: `${error.hint} Then run the same command again: what is finished is kept.`,
      details: { step },
      cause: error,
    },
  );
}
