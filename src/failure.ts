import type { FailureReason } from './failure-reasons.ts';

/**
 * An expected failure: something that a user can understand and act on. It is printed as its message and hint,
 * without a stack. Anything else that is thrown is a defect of ours and keeps its stack.
 */
export class Failure extends Error {
  override readonly name = 'Failure';

  /**
   * @param reason a word for programs, such as `disk-full`; `own:no-gpu` is one that retable does not have
   * @param message what is wrong and where, in one or two sentences
   * @param options `hint`: what to do about it; `details`: facts for programs; `cause`: what led to it
   */
  constructor(
    reason: FailureReason,
    message: string,
    options: { hint?: string; details?: Record<string, unknown>; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.reason = reason;
    this.hint = options.hint;
    this.details = options.details;
  }

  readonly reason: FailureReason;
  readonly hint: string | undefined;
  readonly details: Record<string, unknown> | undefined;
}

/** True for a `Failure`, also one from another bundle of this file, where `instanceof` would say no. */
export function isFailure(error: unknown): error is Failure {
  return error instanceof Error && error.name === 'Failure' && 'reason' in error;
}

/** Any error as a failure. A defect keeps its stack, as its message, under the reason `defect`. */
export function asFailure(error: unknown): Failure {
  if (isFailure(error)) return error;
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new Failure('defect', text, {
    hint: 'This is not expected: please report it with these lines.',
    cause: error,
  });
}
