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

/** How the contents of one output come to lie in `files/`. */
export type Content =
  /** They lie there already, and are sound under that stamp. */
  | { readonly way: 'there'; readonly output: OutputFile; readonly stamp: Stamp }
  /** They are on the disk at `from` and only need their name. */
  | {
      readonly way: 'move';
      readonly output: OutputFile;
      readonly from: string;
      /** What lay in their place and was not sound. */
      readonly unsound: Stamp | undefined;
    };

/** Brings the contents of one output to the disk, beside `files/` if need be; nothing is visible yet. */
export async function prepareContent(store: Store, output: OutputFile): Promise<Content> {
  const target = store.folders.content(output.sha256);
  const { stamp, sound } = await inspect(store, target, output);
  if (sound) return { way: 'there', output, stamp };
  const source = look(output.source);
  if (source === undefined) throw inMotion(output.path);
  await makeFolderFor(target);
  // A file with other names could be changed under them later; a file on another device cannot be renamed.
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

/** Gives contents their name, and says how they lie there now. What lay there and was not sound goes aside. */
export function moveIntoPlace(store: Store, content: Content): Content {
  if (content.way === 'there') return content;
  const { output, from, unsound } = content;
  const target = store.folders.content(output.sha256);
  const stat = look(target);
  if (stat !== undefined) {
    const stamp = stampOf(stat);
    // Another publisher was here since: what publishers put there is sound.
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
 * The stamp of contents in place; undefined if they were collected or set aside in the meantime. Where something else
 * lies there than we saw (another publisher of the same contents named its file a moment after us, or took it back),
 * its bytes decide: several publishers would otherwise make each other begin anew without end.
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

/** Gives a file back to the folder it was taken from. It stays in `files/` too: somebody may rely on it already. */
export function giveBack(store: Store, content: Content): void {
  if (content.way === 'there') return;
  const { source, sha256 } = content.output;
  if (look(source) !== undefined) return;
  const stored = store.folders.content(sha256);
  try {
    linkSync(stored, source);
  } catch {
    // No hard links on this file system.
    copyFileSync(stored, source);
  }
}

/** Removes the copy that `prepareContent` made, where it is of no use. */
export function discardContent(content: Content): void {
  if (content.way === 'move' && isCopy(content)) rmSync(content.from, { force: true });
}

function isCopy(content: Content & { way: 'move' }): boolean {
  return content.from !== content.output.source;
}
