/** What is written to standard output is lost, and whom it was for is gone: nobody needs to be told. */
const READER_GONE: ReadonlySet<string | undefined> = new Set(['EPIPE', 'EIO']);

/**
 * Lets commands go on when their output can no longer be written, because its reader has ended (`| head`) or the disk is
 * full. Without this Node ends the process with a stack.
 * @param isResult whether the output is what the command is called for: if it is lost on a full disk, the command fails
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
