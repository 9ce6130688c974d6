import { relative } from 'node:path';

/** A path as it is printed: relative to the current folder if it is below it, otherwise absolute. */
export function shownPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') ? path : short;
}
