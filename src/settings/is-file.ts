import { statSync } from 'node:fs';

/** Whether something other than a folder is at a path. A path that can't be looked at is told where it is used. */
export function isFile(path: string): boolean {
  try {
    return !statSync(path).isDirectory();
  } catch {
    return false;
  }
}
