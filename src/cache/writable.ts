import { accessSync, constants } from 'node:fs';

/** Whether a file or folder exists and this process may write to it. */
export function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
