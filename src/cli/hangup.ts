import { readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

/**
 * Whether this process was started with `nohup`. Node does not tell: it sets an ignored SIGHUP back to its default when it
 * starts, for itself and for its children. So this looks for what `nohup` leaves behind.
 */
export function startedWithNohup(): boolean {
  return isNamedByShell() || hasInputOfNohup() || parentIgnoresHangup();
}

/** Shells name the program that they start in `_`, and `nohup` passes that on, also through npm. */
function isNamedByShell(): boolean {
  return basename(process.env._ ?? '') === 'nohup';
}

/** In place of a terminal, GNU's `nohup` gives a program `/dev/null` as its input, and opens it for writing only. */
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

/** A shell script that was started with `nohup`. */
function parentIgnoresHangup(): boolean {
  const mask = /^SigIgn:\s*([0-9a-f]+)$/m.exec(readOrEmpty(`/proc/${process.ppid}/status`))?.[1];
  // Bit 0 is signal 1, which is SIGHUP.
  return mask !== undefined && (BigInt(`0x${mask}`) & 1n) === 1n;
}

/** `/proc` is there on Linux only. */
function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
