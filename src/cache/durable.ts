import { closeSync, constants, fchmodSync, fsync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

const fsyncDescriptor = promisify(fsync);

/** Waits until the contents of a file are on the disk. `mode`: permissions to set before. */
export async function syncFile(path: string, mode?: number): Promise<void> {
  const descriptor = openSync(path, constants.O_RDONLY);
  try {
    if (mode !== undefined) fchmodSync(descriptor, mode);
    await fsyncDescriptor(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Waits until the entries of these folders are on the disk: files that were created, renamed or deleted there. */
export async function syncFolders(folders: Iterable<string>): Promise<void> {
  await Promise.all([...folders].map((folder) => syncFile(folder)));
}

/** Creates the parent folder of a path, and waits until it is on the disk. */
export async function makeFolderFor(path: string): Promise<void> {
  const folder = dirname(path);
  if (mkdirSync(folder, { recursive: true }) !== undefined) await syncFile(dirname(folder));
}

/** Writes a new file next to `path`, waits until it is on the disk, and returns its name, to be renamed to `path`. */
export async function writeBeside(path: string, text: string): Promise<string> {
  const temporary = temporaryBeside(path);
  await makeFolderFor(path);
  try {
    const descriptor = openSync(temporary, 'wx', 0o444);
    try {
      writeFileSync(descriptor, text);
      await fsyncDescriptor(descriptor);
    } finally {
      closeSync(descriptor);
    }
    return temporary;
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

let temporaries = 0;

/** A name that no other process and no other call uses. It ends in `.tmp`: `collect` deletes such files after a crash. */
export function temporaryBeside(path: string): string {
  temporaries += 1;
  return `${path}.${process.pid}-${Date.now().toString(36)}-${temporaries}.tmp`;
}
