import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import type { Cache } from '../../src/cache/cache.ts';
import type { Digest } from '../../src/cache/digest.ts';
import { stampOf } from '../../src/cache/stamp.ts';
import { absent, fingerprint, flipBit, listTree, publish, readArtifact, rig, tamper } from './rig.ts';

const harms: Record<string, { problem: string; harm: (path: string) => void }> = {
  'one flipped bit': { problem: 'changed', harm: (path) => tamper(path, flipBit) },
  'a file that was cut short': {
    problem: 'short',
    harm: (path) => {
      chmodSync(path, 0o644);
      truncateSync(path, 3);
    },
  },
  'a file that grew': {
    problem: 'changed',
    harm: (path) => tamper(path, (contents) => Buffer.concat([contents, contents])),
  },
  'a file that was removed': { problem: 'missing', harm: (path) => rmSync(path) },
};

function stampNow(path: string): string {
  return stampOf(statSync(path, { bigint: true }));
}

function stampInIndex(root: string, path: string): unknown {
  const index = new Database(join(root, 'index.sqlite'));
  const stamp = index.prepare('SELECT stamp FROM files WHERE sha256 = ?').pluck().get(basename(path));
  index.close();
  return stamp;
}

/** Makes the index believe that the file was sound as it is now. */
function forgeStamp(root: string, path: string): void {
  const index = new Database(join(root, 'index.sqlite'));
  index.prepare('UPDATE files SET stamp = ? WHERE sha256 = ?').run(stampNow(path), basename(path));
  index.close();
}

function plant(path: string, contents: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, contents);
  return path;
}

function manifestPath({ root }: Cache, artifact: Digest): string {
  return join(root, 'artifacts', artifact.slice(0, 2), `${artifact}.json`);
}

describe('damage', () => {
  for (const [name, { problem, harm }] of Object.entries(harms)) {
    test(`${name} is named, set aside, and mended by running the cell again`, async () => {
      const { cache, root } = rig();
      const tree = { 'weights.bin': 'precious bytes', notes: 'sound' };
      const artifact = await publish(cache, 'teacher', tree);
      harm(cache.path(artifact, 'weights.bin'));

      const damage = cache.check(artifact);
      expect(damage).toMatchObject([
        { file: 'weights.bin', problem, path: cache.path(artifact, 'weights.bin') },
      ]);
      expect(damage[0]?.message).toMatch(/missing|instead of/);

      expect(cache.setAside(artifact, damage)).toEqual([
        { fingerprint: fingerprint('teacher'), cell: 'teacher', artifact },
      ]);
      expect(cache.lookup(fingerprint('teacher'))).toBeUndefined();
      expect(listTree(join(root, 'cells'))).toEqual([]);
      expect(listTree(join(root, 'aside'))).toHaveLength(problem === 'missing' ? 0 : 1);

      expect(await publish(cache, 'teacher', tree)).toBe(artifact);
      expect(cache.check(artifact)).toEqual([]);
      expect(readArtifact(cache, artifact)).toEqual(tree);
    });

    test(`${name} in place of the manifest is damage as well`, async () => {
      const { cache } = rig();
      const artifact = await publish(cache, 'teacher', { a: '1' });
      harm(manifestPath(cache, artifact));
      const damage = cache.check(artifact);
      expect(damage).toMatchObject([{ file: 'manifest', path: manifestPath(cache, artifact) }]);
      expect(cache.setAside(artifact, damage)).toHaveLength(1);
      expect(await publish(cache, 'teacher', { a: '1' })).toBe(artifact);
      expect(cache.check(artifact)).toEqual([]);
    });
  }

  test('a damaged file that several artifacts share sends all their cells to run again, and no others', async () => {
    const { cache } = rig();
    const one = await publish(cache, 'one', { data: 'shared', x: '1' });
    const two = await publish(cache, 'two', { data: 'shared', x: '2' });
    const three = await publish(cache, 'three', { x: '1' });
    tamper(cache.path(one, 'data'), flipBit);
    const found = cache.checkMany([one, two, three]);
    expect([...found.values()].map((damage) => damage.length)).toEqual([1, 1, 0]);
    const affected = cache.setAside(one, found.get(one) ?? []);
    expect(affected.map(({ cell }) => cell).sort()).toEqual(['one', 'two']);
    expect(cache.lookup(fingerprint('three'))?.artifact).toBe(three);
    expect(cache.check(three)).toEqual([]);
  });

  test('two cells with one artifact are both sent to run again', async () => {
    const { cache } = rig();
    const artifact = await publish(cache, 'one', { x: '1' });
    expect(await publish(cache, 'two', { x: '1' })).toBe(artifact);
    rmSync(cache.path(artifact, 'x'));
    expect(cache.setAside(artifact, cache.check(artifact)).map(({ cell }) => cell)).toEqual(['one', 'two']);
  });

  test('setting aside survives the loss of the index', async () => {
    const first = rig();
    const artifact = await publish(first.cache, 'one', { x: '1' });
    rmSync(first.cache.path(artifact, 'x'));
    first.cache.setAside(artifact, first.cache.check(artifact));
    first.cache.close();
    rmSync(join(first.root, 'index.sqlite'));
    expect(rig(first.root).cache.lookup(fingerprint('one'))).toBeUndefined();
  });

  test('a file whose times changed but whose bytes did not is sound, and is not read the next time', async () => {
    const { cache } = rig();
    const artifact = await publish(cache, 'one', { x: 'same' });
    const path = cache.path(artifact, 'x');
    utimesSync(path, 1000, 1000);
    expect(stampInIndex(cache.root, path)).not.toBe(stampNow(path));
    expect(cache.check(artifact)).toEqual([]);
    expect(stampInIndex(cache.root, path)).toBe(stampNow(path));
  });

  test('an artifact that nobody published is damage, not soundness', () => {
    const { cache } = rig();
    expect(cache.check(absent)).toMatchObject([{ file: 'manifest', problem: 'missing' }]);
  });

  test('a full verification finds a flipped bit that no stat shows', async () => {
    const { cache, root } = rig();
    const artifact = await publish(cache, 'one', { x: 'precious', y: 'fine' });
    const path = cache.path(artifact, 'x');
    tamper(path, flipBit);
    // As if the disk had done it: the index believes that this is the stat of the sound file.
    forgeStamp(root, path);
    expect(cache.check(artifact)).toEqual([]);
    const progress: number[] = [];
    const verified = await cache.verify({}, ({ files }) => progress.push(files));
    expect(verified.damage).toMatchObject([{ artifact, file: 'x', problem: 'changed' }]);
    expect(progress).toEqual([1, 2, 3]);
    // And from then on, the check finds it too.
    expect(cache.check(artifact)).toMatchObject([{ file: 'x', problem: 'changed' }]);
    const repaired = await cache.verify({ repair: true });
    expect(repaired.setAside.map(({ cell }) => cell)).toEqual(['one']);
    expect(cache.lookup(fingerprint('one'))).toBeUndefined();
    expect((await cache.verify()).damage).toEqual([]);
  });

  test('verification reports orphan files, stray records and missing records, and repair writes the latter', async () => {
    const { cache, root } = rig();
    const artifact = await publish(cache, 'one', { x: '1' });
    await publish(cache, 'two', { y: '2' });
    const record = (name: string) => {
      return join(root, 'cells', fingerprint(name).slice(0, 2), `${fingerprint(name)}.json`);
    };
    const before = readFileSync(record('one'), 'utf8');
    rmSync(record('one'));
    const orphan = plant(join(root, 'files', absent.slice(0, 2), absent), 'nobody');
    const stray = plant(record('three'), before.replace(artifact, absent));
    const verified = await cache.verify({ repair: true });
    expect(verified).toMatchObject({
      damage: [],
      orphans: [orphan],
      strayRecords: [stray],
      missingRecords: [fingerprint('one')],
    });
    expect(readFileSync(record('one'), 'utf8')).toBe(before);
    expect(existsSync(orphan)).toBe(true);
  });
});
