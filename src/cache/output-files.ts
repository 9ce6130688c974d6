import { type Dirent, lstatSync, readdirSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../failure.ts';
import { type Digest, hashFile } from './digest.ts';
import { look } from './stamp.ts';

/** A file that a cell wrote, hashed. */
export interface OutputFile {
  /** In the artifact, with `/`. */
  readonly path: string;
  /** Its path until it is published. */
  readonly source: string;
  readonly size: number;
  readonly sha256: Digest;
  /** When its contents last changed, nanoseconds since 1970. */
  readonly modified: bigint;
  /** Identifies the file on its device, also after a rename. */
  readonly inode: bigint;
  /** Whether it has other names (hard links), by which it could be changed later. */
  readonly shared: boolean;
}

/**
 * Lists and hashes all files below a folder, sorted by path. Empty folders are ignored.
 * Throws a Failure `bad-output` for anything but files and folders, `output-changed` for files that are still written to.
 */
export async function outputFiles(folder: string): Promise<OutputFile[]> {
  requireFolder(folder);
  const files: OutputFile[] = [];
  for (const path of listFiles(folder)) files.push(await readOutput(folder, path));
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** If the folder were replaced by a link, the files of another folder would be moved into the cache. */
function requireFolder(folder: string): void {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  if (found?.isDirectory()) return;
  throw new Failure('bad-output', `The output folder is ${found ? wordFor(found) : 'gone'}.`, {
    hint: 'Write files into the output folder of the cell. Do not remove, move or replace the folder itself.',
    details: { path: folder },
  });
}

function listFiles(folder: string, prefix = ''): string[] {
  return readdirSync(join(folder, prefix), { withFileTypes: true }).flatMap((entry) => {
    const path = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
    if (entry.isDirectory()) return listFiles(folder, path);
    if (entry.isFile()) return [path];
    throw new Failure('bad-output', `The output ${path} is ${wordFor(entry)}. Only files can be stored.`, {
      hint: 'Write a regular file into the output folder instead.',
      details: { path: join(folder, path) },
    });
  });
}

function wordFor(entry: Dirent | Stats): string {
  if (entry.isFile()) return 'a file';
  if (entry.isSymbolicLink()) return 'a symbolic link';
  if (entry.isSocket()) return 'a socket';
  return entry.isFIFO() ? 'a pipe' : 'a device';
}

async function readOutput(folder: string, path: string): Promise<OutputFile> {
  const source = join(folder, path);
  const before = look(source);
  if (before === undefined) throw inMotion(path);
  const sha256 = await hashFile(source, Number(before.size));
  const output: OutputFile = {
    path,
    source,
    size: Number(before.size),
    sha256,
    modified: before.mtimeNs,
    inode: before.ino,
    shared: before.nlink > 1n,
  };
  requireUnchanged(output, source);
  return output;
}

/** Throws a Failure if the file (which is now at `where`) was written to after it was hashed. */
export function requireUnchanged(output: OutputFile, where: string): void {
  const now = look(where);
  if (now === undefined || now.mtimeNs !== output.modified || Number(now.size) !== output.size) {
    throw inMotion(output.path);
  }
}

export function inMotion(path: string): Failure {
  return new Failure('output-changed', `The output ${path} changed while it was published.`, {
    hint: 'A process that the cell started is still writing to it. Let the cell wait until that process has ended.',
  });
}
