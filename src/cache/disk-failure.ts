import { Failure } from '../failure.ts';
import type { FailureReason } from '../failure-reasons.ts';

interface Explanation {
  readonly reason: FailureReason;
  readonly what: string;
  /** @param flag of the command line, such as `--cache DIR`, that chooses another place; empty if there is none */
  readonly hint: (flag: string) => string;
}

const again = 'then run the same command again: finished cells are kept.';
const orElse = (flag: string, what = 'another place') =>
  flag === '' ? '' : `, or name ${what} with ${flag}`;
const full: Explanation = {
  reason: 'disk-full',
  what: 'the disk is full',
  hint: () => `Free some space (\`retable cache gc\` deletes what is no longer needed), ${again}`,
};
const readOnly: Explanation = {
  reason: 'read-only',
  what: 'it is read-only',
  hint: (flag) => `Make it writable${orElse(flag, 'a folder that can be written')}.`,
};
const forbidden: Explanation = {
  reason: 'no-permission',
  what: 'this user has no permission',
  hint: (flag) => `Give this user the permission${orElse(flag)}.`,
};
const broken: Explanation = {
  reason: 'disk-error',
  what: 'the disk reported an error',
  hint: () => `Check the disk (free space, health, mount), ${again}`,
};
const notAFolder: Explanation = {
  reason: 'not-a-folder',
  what: 'a file is in the way',
  hint: (flag) => `Move that file away${orElse(flag, 'another folder')}.`,
};
const notAFile: Explanation = {
  reason: 'not-a-file',
  what: 'there is a folder where a file should be',
  hint: (flag) => `Move that folder away${orElse(flag)}.`,
};
const tooLong: Explanation = {
  reason: 'path-too-long',
  what: 'its path, or a name in it, is too long',
  hint: (flag) => `Use shorter names, or move the project to a shorter path${orElse(flag)}.`,
};
const damagedIndex: Explanation = {
  reason: 'index-damaged',
  what: 'the index is damaged',
  hint: () => 'Run the same command again: the index is set aside and rebuilt from the rest of the cache.',
};

const explanations: Record<string, Explanation> = {
  ENOSPC: full,
  SQLITE_FULL: full,
  // The shared memory of a write-ahead log is also a file.
  SQLITE_IOERR_SHMSIZE: full,
  EDQUOT: { ...full, reason: 'quota-exceeded', what: 'the quota of this user is used up' },
  EROFS: readOnly,
  SQLITE_READONLY: readOnly,
  EACCES: forbidden,
  EPERM: forbidden,
  SQLITE_CANTOPEN: forbidden,
  SQLITE_PERM: forbidden,
  EEXIST: notAFolder,
  ENOTDIR: notAFolder,
  EISDIR: notAFile,
  ENAMETOOLONG: tooLong,
  EIO: broken,
  SQLITE_IOERR: broken,
  EMFILE: {
    reason: 'too-many-open-files',
    what: 'this process has too many files open',
    hint: () => 'Raise the limit with `ulimit -n 4096`, or run with fewer --jobs.',
  },
  SQLITE_BUSY: {
    reason: 'index-busy',
    what: 'another process has held the index for too long',
    hint: () =>
      'Check whether another retable that uses this cache hangs. End it, then run the same command again.',
  },
  SQLITE_CORRUPT: damagedIndex,
  SQLITE_NOTADB: damagedIndex,
};

/**
 * Converts an error of the file system or of SQLite that a user can act on to a Failure. Other values are returned
 * unchanged.
 * @param attempted what was tried, to follow "cannot": `publish student[seed=2]`
 * @param flag of the command line, such as `--cache DIR`, that chooses another place
 */
export function explainDiskError(error: unknown, attempted: string, flag = ''): unknown {
  if (error instanceof Failure || !(error instanceof Error)) return error;
  const explanation = explanations[fullCode(error)] ?? explanations[codeOf(error)];
  if (explanation === undefined) return error;
  return new Failure(explanation.reason, `cannot ${attempted}: ${explanation.what} (${error.message})`, {
    hint: explanation.hint(flag),
    cause: error,
  });
}

/**
 * `ENOENT`, `SQLITE_BUSY` and the like; extended codes of SQLite (`SQLITE_IOERR_WRITE`) are shortened to the primary
 * one.
 */
export function codeOf(error: unknown): string {
  const code = fullCode(error);
  return code.startsWith('SQLITE_') ? code.split('_').slice(0, 2).join('_') : code;
}

function fullCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** Whether it is an error of a full disk, explained or not. */
export function isDiskFull(error: unknown): boolean {
  if (error instanceof Failure) return error.reason === full.reason;
  return (explanations[fullCode(error)] ?? explanations[codeOf(error)]) === full;
}

/** Whether an error means that a path does not exist. */
export function isMissing(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}
