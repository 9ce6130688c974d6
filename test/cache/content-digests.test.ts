import { mkdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { canonicalJson, hashFile, hashFileSync, isDigest, sha256 } from '../../src/cache/digest.ts';
import { rig, temporaryFolder } from './rig.ts';

function remembered(root: string): unknown[] {
  const index = new Database(join(root, 'index.sqlite'));
  const rows = index.prepare('SELECT path, sha256 FROM content_digests').all();
  index.close();
  return rows;
}

describe('digests', () => {
  test('sha256 agrees with the test vector of FIPS 180-2', () => {
    expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(isDigest(sha256('abc'))).toBe(true);
    expect(isDigest('abc')).toBe(false);
  });

  test('a file has the digest of its bytes, however it is read', async () => {
    const path = join(temporaryFolder(), 'file');
    const bytes = Buffer.alloc(3_000_000, 'retable');
    writeFileSync(path, bytes);
    expect([await hashFile(path), await hashFile(path, 1), hashFileSync(path)]).toEqual(
      Array(3).fill(sha256(bytes)),
    );
  });

  test('canonical JSON sorts keys and does not depend on the order of writing', () => {
    expect(canonicalJson({ b: 1, a: [true, { d: 'é', c: 1e21 }] })).toBe(
      '{"a":[true,{"c":1e+21,"d":"é"}],"b":1}',
    );
  });
});

describe('digests of files outside the cache', () => {
  test('an old file is remembered, and read again once it changes', async () => {
    const { cache, root } = rig();
    const path = join(temporaryFolder(), 'data.bin');
    writeFileSync(path, 'one');
    // Its contents are old, but not its inode: what counts is the later of the two.
    utimesSync(path, 1000, 1000);
    const { ctimeMs } = statSync(path);
    vi.useFakeTimers({ toFake: ['Date'], now: ctimeMs + 1900 });
    onTestFinished(() => void vi.useRealTimers());
    expect(await cache.contentDigest(path)).toBe(sha256('one'));
    expect(remembered(root)).toEqual([]);
    vi.setSystemTime(ctimeMs + 2100);
    expect(await cache.contentDigest(path)).toBe(sha256('one'));
    expect(remembered(root)).toEqual([{ path, sha256: sha256('one') }]);
    expect(await cache.contentDigest(path)).toBe(sha256('one'));
    writeFileSync(path, 'two');
    expect(await cache.contentDigest(path)).toBe(sha256('two'));
  });

  test('a file that is asked for twice at once is read once', () => {
    const { cache } = rig();
    const path = join(temporaryFolder(), 'data.bin');
    writeFileSync(path, 'one');
    const [one, two] = [cache.contentDigest(path), cache.contentDigest(path)];
    return expect(Promise.all([one, two])).resolves.toEqual([sha256('one'), sha256('one')]);
  });

  test('a missing file and a folder are failures that name them', async () => {
    const { cache } = rig();
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'sub'));
    await expect(cache.contentDigest(join(folder, 'nothing'))).rejects.toMatchObject({
      reason: 'no-such-file',
    });
    await expect(cache.contentDigest(join(folder, 'sub'))).rejects.toMatchObject({ reason: 'not-a-file' });
  });
});
