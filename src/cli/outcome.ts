import { isFailure } from '../failure.ts';
import { FAILURE_REASONS } from '../failure-reasons.ts';
import { Mistakes, printMistakes } from './mistakes.ts';

/** Exit codes of the process. */
export const EXIT = { done: 0, failed: 1, wrongInput: 2, interrupted: 130 } as const;

/** Makes the action of a command from a function that returns an exit code. Everything that it throws is printed. */
export function guarded<A extends readonly unknown[]>(
  action: (...args: A) => Promise<number>,
): (...args: A) => Promise<void> {
  return async (...args) => {
    try {
      process.exitCode = await action(...args);
    } catch (error) {
      process.exitCode = printFailure(error);
      if (!(error instanceof Mistakes)) return;
      console.error();
      await printMistakes(error.diagnostics);
    }
  };
}

/** Prints a failure for a person, or a defect with its stack, and gives the exit code. */
export function printFailure(error: unknown): number {
  if (!isFailure(error)) {
    console.error(error);
    console.error('This is a defect of retable. Please report it with the lines above.');
    return EXIT.failed;
  }
  console.error(`error: ${error.message}`);
  if (error.hint) console.error(`  ${error.hint}`);
  return exitCodeOf(error.reason);
}

/** The exit code of a command that fails for a reason. */
export function exitCodeOf(reason: string): number {
  return Object.hasOwn(FAILURE_REASONS.machine, reason) ? EXIT.failed : EXIT.wrongInput;
}
