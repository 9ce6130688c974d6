/** Errors that mean that the reader of standard output has ended. Then there is nobody to tell. */
const READER_GONE: ReadonlySet<string | undefined> = new Set(['EPIPE', 'EIO']);

/**
 * Lets a command continue when its output can no longer be written, because the reader has ended (`| head`) or the disk
 * is full. Without this, Node ends the process and prints a stack.
 * @param isResult whether the output is the result of the command: then the command fails if the disk is full
 */
export function surviveLostOutput(isResult: () => boolean): void {
  process.stderr.on('error', () => {});
  process.stdout.once('error', (error: NodeJS.ErrnoException) => {
    process.stdout.on('error', () => {});
    if (READER_GONE.has(error.code)) return;
    console.error(`note: standard output can't be written any more: ${error.message}`);
    process.on('exit', (code) => {
      if (code === 0 && isResult()) process.exitCode = 1;
    });
  });
}
