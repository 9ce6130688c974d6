import { Failure, isFailure } from '../failure.ts';

/** An expected failure, with the table or figure that it is of: `figure curve`. Any other error is thrown. */
export function failureOf(error: unknown, what: string): Failure {
  if (!isFailure(error)) throw error;
  const { reason, message, hint } = error;
  return new Failure(reason, `${what}: ${message}`, { ...(hint && { hint }) });
}
