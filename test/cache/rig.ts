import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Cache, type CacheOptions, openCache, type Publication } from '../../src/cache/cache.ts';
import { canonicalJson, type Digest, type Fingerprint, sha256 } from '../../src/cache/digest.ts';
import type { ScratchKey } from '../../src/cache/folders.ts';

export type Tree = Readonly<Record<string, string | Uint8Array>>;

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'retable-cache-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface Rig {
  readonly root: string;
  readonly cache: Cache;
  readonly notices: string[];
  /** Opens the same folder again, after whatever the test did to it. */
  reopen(): Rig;
}

export function rig(root = join(temporaryFolder(), 'cache'), options: CacheOptions = {}): Rig {
  const notices: string[] = [];
  const cache = openCache(root, { notice: (text) => notices.push(text), ...options });
  onTestFinished(() => cache.close());
  return {
    root,
    cache,
    notices,
    reopen: () => {
      cache.close();
      return rig(root);
    },
  };
}

export function fingerprint(name: string): Fingerprint {
  return sha256(canonicalJson({ name })) as string as Fingerprint;
}

/** The key of the snapshots of a cell; without a second name, of one that does not stop early. */
export function scratchKey(name: string, trajectory = name): ScratchKey {
  return { fingerprint: fingerprint(name), trajectory: fingerprint(trajectory) };
}

export const absent = sha256('nobody has this') as Digest;

export function writeTree(folder: string, tree: Tree): string {
  mkdirSync(folder, { recursive: true });
  for (const [path, contents] of Object.entries(tree)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), contents);
  }
  return folder;
}

/** A publication of a cell of that name, as the scheduler makes it: with an attempt and its private folder. */
export function begin(
  cache: Cache,
  name: string,
  tree: Tree,
  values: Record<string, number> = { accuracy: 0.5 },
) {
  const key = {
    fingerprint: fingerprint(name),
    basis: { name },
    cell: name,
    pipeline: 'transfer',
    kind: 'train',
  };
  const { id, folder } = cache.startAttempt({ ...key, profile: 'quick', inputs: [] });
  const publication: Publication = {
    ...key,
    type: 'model',
    folder: writeTree(join(folder, 'output'), tree),
    values,
    attempt: id,
  };
  return publication;
}

export function publish(
  cache: Cache,
  name: string,
  tree: Tree,
  values?: Record<string, number>,
): Promise<Digest> {
  return cache.publish(begin(cache, name, tree, values));
}

/** The bytes of an artifact, as its readers get them. */
export function readArtifact(cache: Cache, artifact: Digest): Record<string, string> {
  return Object.fromEntries(
    cache.files(artifact).map(({ path }) => [path, readFileSync(cache.path(artifact, path), 'latin1')]),
  );
}

/** Changes a stored file, as no retable would. */
export function tamper(path: string, change: (contents: Buffer) => Buffer): void {
  const contents = readFileSync(path);
  chmodSync(path, 0o644);
  writeFileSync(path, change(contents));
}

export function flipBit(contents: Buffer): Buffer {
  const flipped = Buffer.from(contents);
  flipped.writeUInt8(flipped.readUInt8(0) ^ 1, 0);
  return flipped;
}

/** The paths of all files under a folder, sorted. */
export function listTree(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}
