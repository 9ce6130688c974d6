import { type BigIntStats, statSync } from 'node:fs';

/**
 * The stat of a file as text: size, times of change in nanoseconds, inode. If the stamp of a path is unchanged, its
 * contents are assumed to be unchanged, as in the index of git. If it differs, the file is read again.
 */
export type Stamp = string & { readonly stampBrand: true };

/** Milliseconds within which a file may change again without a new stamp, because clocks of file systems are coarse. */
export const racy = 2_000;

export function stampOf(stat: BigIntStats): Stamp {
  return `${stat.size}:${stat.mtimeNs}:${stat.ctimeNs}:${stat.ino}` as Stamp;
}

/** The stat of a path; undefined if it does not exist. */
export function look(path: string): BigIntStats | undefined {
  return statSync(path, { bigint: true, throwIfNoEntry: false });
}
