import { readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

/**
 * Whether this process was started with `nohup`. Node.js hides this: when it starts, it resets an ignored SIGHUP to the
 * default, for itself and its children. So this looks for other signs of `nohup`.
 */
export function startedWithNohup(): boolean {
  return isNamedByShell() || hasInputOfNohup() || parentIgnoresHangup();
}

/** Shells write the name of the program that they start into `_`, and `nohup` and npm pass it on. */
function isNamedByShell(): boolean {
  return basename(process.env._ ?? '') === 'nohup';
}

/** If the input is a terminal, GNU `nohup` replaces it by `/dev/null`, opened only for writing. */
function hasInputOfNohup(): boolean {
  const flags = /^flags:\s*([0-7]+)$/m.exec(readOrEmpty('/proc/self/fdinfo/0'))?.[1];
  const WRITE_ONLY = 1;
  const ACCESS_MODE = 3;
  return flags !== undefined && (Number.parseInt(flags, 8) & ACCESS_MODE) === WRITE_ONLY && isNull();
}

function isNull(): boolean {
  try {
    return readlinkSync('/proc/self/fd/0') === '/dev/null';
  } catch {
    return false;
  }
}

/** Whether a parent process ignores SIGHUP, such as a shell script that was started with `nohup`. */
function parentIgnoresHangup(): boolean {
  const mask = /^SigIgn:\s*([0-9a-f]+)$/m.exec(readOrEmpty(`/proc/${process.ppid}/status`))?.[1];
  // Bit 0 is signal 1, which is SIGHUP.
  return mask !== undefined && (BigInt(`0x${mask}`) & 1n) === 1n;
}

/** Empty where there is no `/proc`, which exists only on Linux. */
function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
