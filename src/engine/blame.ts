import { Failure } from '../failure.ts';
import type { FailureReason } from '../failure-reasons.ts';

/** A stack frame of retable's engines, of a package or of Node, not of user code. */
const INNER_FRAME = /[\\/]src[\\/]engine[\\/]|[\\/]node_modules[\\/]|node:|<anonymous>|\(native\)/;

/**
 * The line of user code that caused an error, as `file:line:column`: the first frame outside the engines and
 * packages.
 * @param stack the stack of the error
 */
export function userLine(stack: string | undefined): string | undefined {
  for (const frame of (stack ?? '').split('\n')) {
    if (!/^\s*at /.test(frame) || INNER_FRAME.test(frame)) continue;
    const line = /([^\s(][^()]*:\d+:\d+)\)?$/.exec(frame)?.[1];
    return line?.replace(/^at (async )?/, '').replace(/^file:\/\//, '');
  }
  return undefined;
}

/** A Failure about a tensor function, with the line of user code that caused it. */
export function blame(
  reason: FailureReason,
  message: string,
  options: { readonly hint: string; readonly op?: string },
  error: Error = new Error(),
): Failure {
  const line = userLine(error.stack);
  return new Failure(reason, line === undefined ? `${message}.` : `${message}, at ${line}.`, {
    hint: options.hint,
    details: { op: options.op, line },
    cause: error,
  });
}

/**
 * Translates an error of TensorFlow.js to a Failure (`unsupported-op` or `no-gradient`). Returns other errors
 * unchanged.
 * @param name of the tensor function
 */
export function explain(name: string, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof Failure) return error;
  const kernel = /^Kernel '(\w+)' not registered/.exec(error.message)?.[1];
  if (kernel !== undefined) {
    const message = `${name}: this engine has no op '${kernel}'`;
    return blame(
      'unsupported-op',
      message,
      { hint: 'Use other operations, or run with --engine cpu.', op: kernel },
      error,
    );
  }
  const gradient = /gradient function not found for (\w+)/.exec(error.message)?.[1];
  if (gradient !== undefined) {
    const hint = 'Compute it outside the function that is differentiated, or use tf.customGrad.';
    return blame('no-gradient', `${name}: op '${gradient}' has no gradient`, { hint, op: gradient }, error);
  }
  return error;
}

/** Runs `call` with long stack traces, so that `userLine` finds user code behind the frames of TensorFlow.js. */
export function withDeepStacks<T>(call: () => T): T {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 100;
  try {
    return call();
  } finally {
    Error.stackTraceLimit = limit;
  }
}
