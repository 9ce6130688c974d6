import { execa } from 'execa';
import { StepFailed } from './steps.ts';

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
  {
    hint,
    ...options
  }: {
    readonly hint: string;
    readonly cwd?: string;
    readonly env?: Readonly<Record<string, string>>;
  },
): Promise<void> {
  const result = await execa(file, [...before, ...args], {
    reject: false,
    all: true,
    stdin: 'ignore',
    ...options,
  });
  if (!result.failed) return;
  const said = (result.all ?? '').trim().split('\n').slice(-20).join('\n');
  throw new StepFailed(
    `${file} ended with ${result.exitCode ?? result.signal ?? result.code}:\n${said}`,
    hint,
  );
}
