import { statSync } from 'node:fs';

/** Whether something other than a folder is at a path. If this cannot be determined, using the path will report why. */
export function isFile(path: string): boolean {
  try {
    return !statSync(path).isDirectory();
  } catch {
    return false;
  }
}
