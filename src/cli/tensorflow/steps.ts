import { explainDiskError } from '../../cache/disk-failure.ts';
import { Failure, isFailure } from '../../failure.ts';

/** Why a step of the installation failed, and what to do. */
export class StepFailed extends Error {
  readonly hint: string;
  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

/** Says which step it does, and names it if it fails. */
export type Stepper = <T>(name: string, work: () => Promise<T>) => Promise<T>;

export function stepper(say: (line: string) => void): Stepper {
  return async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    say(`${name} …`);
    try {
      return await work();
    } catch (error) {
      throw stepFailure(name, error);
    }
  };
}

/** What to do where there is too little space. */
export const MAKE_ROOM = 'Make room, or name a folder on another disk in the variable RETABLE_ENGINES.';

/** Turns what went wrong in a step into a Failure that names the step. Defects are returned unchanged. */
function stepFailure(step: string, error: unknown): unknown {
  const details = { step };
  const then = 'Then run the same command again: files that are complete are not downloaded again.';
  if (error instanceof StepFailed) {
    const message = `Installing TensorFlow failed at this step: ${step}. ${error.message}`;
    const hint = `${error.hint} ${then}`;
    return new Failure('installation-failed', message, { hint, details, cause: error });
  }
  const explained = explainDiskError(
    error,
    `install TensorFlow, at this step: ${step}`,
    'the variable RETABLE_ENGINES',
  );
  if (!isFailure(explained)) return explained;
  const { reason, message } = explained;
  const isFull = reason === 'disk-full' || reason === 'quota-exceeded';
  const hint = isFull ? `${MAKE_ROOM} ${then}` : (explained.hint ?? then);
  return new Failure(reason, message, { hint, details, cause: error });
}
