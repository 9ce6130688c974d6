import { constants, copyFileSync, linkSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Digest, hashFile, hashFileSync } from './digest.ts';
import { isMissing } from './disk-failure.ts';
import { makeFolderFor, syncFile, temporaryBeside } from './durable.ts';
import { inMotion, type OutputFile, requireUnchanged } from './output-files.ts';
import { moveAside } from './set-aside.ts';
import { look, type Stamp, stampOf } from './stamp.ts';
import type { Store } from './store.ts';

const readOnly = 0o444;

/** How the contents of an output get into `files/`. */
export type Content =
  /** They are already there, and were intact with this stamp. */
  | { readonly way: 'there'; readonly output: OutputFile; readonly stamp: Stamp }
  /** They are on the disk at `from`, and must only be renamed. */
  | {
      readonly way: 'move';
      readonly output: OutputFile;
      readonly from: string;
      /** The stamp of what was in their place and was damaged. */
      readonly unsound: Stamp | undefined;
    };

/** Writes the contents of an output to the disk, if necessary to a temporary name. Nothing is visible yet. */
export async function prepareContent(store: Store, output: OutputFile): Promise<Content> {
  const target = store.folders.content(output.sha256);
  const { stamp, sound } = await inspect(store, target, output);
  if (sound) return { way: 'there', output, stamp };
  const source = look(output.source);
  if (source === undefined) throw inMotion(output.path);
  await makeFolderFor(target);
  // A file with other names (hard links) could be changed later; a file on another device cannot be renamed. So copy them.
  if (output.shared || source.dev !== look(dirname(target))?.dev) {
    return { way: 'move', output, from: await copyBeside(output, target), unsound: stamp };
  }
  await syncFile(output.source, readOnly);
  return { way: 'move', output, from: output.source, unsound: stamp };
}

type Inspected =
  | { readonly stamp: Stamp; readonly sound: true }
  | { readonly stamp: Stamp | undefined; readonly sound: false };

async function inspect(store: Store, path: string, { sha256, size }: OutputFile): Promise<Inspected> {
  const stat = look(path);
  if (stat === undefined) return { stamp: undefined, sound: false };
  const stamp = stampOf(stat);
  if (!stat.isFile() || stat.size !== BigInt(size)) return { stamp, sound: false };
  const known = store
    .sql<[Digest], { stamp: Stamp | null }>('SELECT stamp FROM files WHERE sha256 = ?')
    .get(sha256);
  return { stamp, sound: known?.stamp === stamp || (await hashFile(path, size)) === sha256 };
}

async function copyBeside(output: OutputFile, target: string): Promise<string> {
  const temporary = temporaryBeside(target);
  try {
    copyFileSync(output.source, temporary, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
    await syncFile(temporary, readOnly);
    if ((await hashFile(temporary, output.size)) !== output.sha256) throw inMotion(output.path);
    return temporary;
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Renames contents to their place, and returns how they are there now. A damaged file in their place is moved aside. */
export function moveIntoPlace(store: Store, content: Content): Content {
  if (content.way === 'there') return content;
  const { output, from, unsound } = content;
  const target = store.folders.content(output.sha256);
  const stat = look(target);
  if (stat !== undefined) {
    const stamp = stampOf(stat);
    // Another publisher has written it since. What publishers write is intact.
    if (stamp !== unsound) {
      discardContent(content);
      return { way: 'there', output, stamp };
    }
    moveAside(store, target);
  }
  renameSync(from, target);
  return content;
}

/**
 * The stamp of contents in place; undefined if they were deleted or set aside in the meantime. If another file is there
 * now (because another publisher of the same contents renamed its file just after this one, or moved it back), its bytes
 * are compared. Otherwise, several publishers could make each other start again forever.
 */
export function stampInPlace(store: Store, content: Content): Stamp | undefined {
  const path = store.folders.content(content.output.sha256);
  const stat = look(path);
  if (stat === undefined) return undefined;
  const stamp = stampOf(stat);
  if (content.way === 'there' && stamp === content.stamp) return stamp;
  if (content.way === 'move' && isCopy(content)) return stamp;
  if (content.way === 'move' && stat.ino === content.output.inode) {
    requireUnchanged(content.output, path);
    return stamp;
  }
  return stat.isFile() && holds(path, content.output.sha256) ? stamp : undefined;
}

function holds(path: string, digest: Digest): boolean {
  try {
    return hashFileSync(path) === digest;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** Puts a file back into the folder it came from. It remains in `files/` too, because another cell may already use it. */
export function giveBack(store: Store, content: Content): void {
  if (content.way === 'there') return;
  const { source, sha256 } = content.output;
  if (look(source) !== undefined) return;
  const stored = store.folders.content(sha256);
  try {
    linkSync(stored, source);
  } catch {
    // This file system has no hard links.
    copyFileSync(stored, source);
  }
}

/** Deletes the copy that `prepareContent` made, if it is not needed. */
export function discardContent(content: Content): void {
  if (content.way === 'move' && isCopy(content)) rmSync(content.from, { force: true });
}

function isCopy(content: Content & { way: 'move' }): boolean {
  return content.from !== content.output.source;
}
