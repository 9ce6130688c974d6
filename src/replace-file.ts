import { open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

export interface ReplaceOptions {
  /** Wait until the file and its name are on the disk, so that it outlives a power cut. */
  readonly durable?: boolean | undefined;
}

/**
 * Writes a file in one step: who reads `path` sees what was there before or the whole new file. If writing fails, the old
 * file stays and nothing is left beside it; a killed process leaves its draft, `PATH.PID.tmp`.
 * @param write writes the whole file under the name that it is given, which is in the same folder
 * @returns what `write` gives
 */
export async function replaceFile<T>(
  path: string,
  write: (draft: string) => Promise<T>,
  { durable = false }: ReplaceOptions = {},
): Promise<T> {
  const draft = `${path}.${process.pid}.tmp`;
  try {
    const result = await write(draft);
    if (durable) await sync(draft);
    await rename(draft, path);
    if (durable) await sync(dirname(path));
    return result;
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/** Gives a file these contents in one step. A file that has them already stays as it is, with its time. */
export async function replaceIfChanged(path: string, contents: Uint8Array): Promise<void> {
  const before = await readFile(path).catch(() => undefined);
  if (before === undefined || Buffer.compare(before, contents) !== 0)
    await replaceFile(path, (draft) => writeFile(draft, contents));
}

/** Waits until a file, or the names in a folder, are on the disk. */
async function sync(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
