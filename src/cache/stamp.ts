import { type BigIntStats, statSync } from 'node:fs';

/**
 * What a stat says of a file's contents without reading them: size, times of change in nanoseconds, inode. Two equal
 * stamps at one path mean the same contents, as git assumes of its own index; a differing one means: read it again.
 */
export type Stamp = string & { readonly stampBrand: true };

/** A file that changed so recently may change again without a new stamp: clocks of file systems are coarse. ms */
export const racy = 2_000;

export function stampOf(stat: BigIntStats): Stamp {
  return `${stat.size}:${stat.mtimeNs}:${stat.ctimeNs}:${stat.ino}` as Stamp;
}

/** The stat of a path, or undefined where nothing is. */
export function look(path: string): BigIntStats | undefined {
  return statSync(path, { bigint: true, throwIfNoEntry: false });
}
