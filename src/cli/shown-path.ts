import { relative } from 'node:path';

/** A path as it is best shown: relative where it lies below the current folder. */
export function shownPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') ? path : short;
}
