import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { openCache } from '../../src/cache/cache.ts';
import { explainDiskError } from '../../src/cache/disk-failure.ts';
import { chooseJournal } from '../../src/cache/journal-mode.ts';
import { mountSmallDisk } from '../support/disks.ts';
import {
  begin,
  fingerprint,
  listTree,
  publish,
  readArtifact,
  rig,
  temporaryFolder,
  writeTree,
} from './rig.ts';

afterEach(() => vi.unstubAllEnvs());

describe('a full disk', () => {
  test('fails a publication with a hint, shows nothing half-done, and takes it once there is space', async (context) => {
    const disk = mountSmallDisk('1m');
    if (disk === undefined) return context.skip('this user may not mount a small file system');
    const { cache } = rig(join(disk, 'cache'));
    const outputs = temporaryFolder();
    const tree = { 'weights.bin': 'w'.repeat(300_000) };
    const fill = join(disk, 'fill');
    execFileSync('sh', ['-c', 'head -c 1m /dev/zero > "$0" || true', fill], { stdio: 'ignore' });
    const key = {
      fingerprint: fingerprint('cell'),
      basis: {},
      cell: 'cell',
      pipeline: 'p',
      kind: 'train',
      type: 'model',
    };
    const publication = { ...key, folder: writeTree(join(outputs, 'output'), tree), values: {} };
    await expect(cache.publish(publication)).rejects.toMatchObject({
      reason: 'disk-full',
      message: expect.stringContaining('cannot publish cell: the disk is full'),
      hint: expect.stringContaining('retable cache gc'),
    });
    expect(cache.lookup(key.fingerprint)).toBeUndefined();
    expect(listTree(publication.folder)).toEqual(['weights.bin']);
    expect(listTree(join(disk, 'cache', 'files'))).toEqual([]);

    execFileSync('rm', [fill]);
    const artifact = await cache.publish(publication);
    expect(readArtifact(cache, artifact)).toEqual(tree);
    expect(cache.check(artifact)).toEqual([]);
    expect((await cache.verify()).damage).toEqual([]);
  });

  test('an output folder on another device is copied, and gone after', async (context) => {
    const disk = mountSmallDisk('1m');
    if (disk === undefined) return context.skip('this user may not mount a small file system');
    const { cache } = rig();
    const key = {
      fingerprint: fingerprint('cell'),
      basis: {},
      cell: 'cell',
      pipeline: 'p',
      kind: 'train',
      type: 'model',
    };
    const tree = { a: '1', 'b/c': '2' };
    const folder = writeTree(join(disk, 'output'), tree);
    const artifact = await cache.publish({ ...key, folder, values: {} });
    expect(readArtifact(cache, artifact)).toEqual(tree);
    expect(cache.check(artifact)).toEqual([]);
    expect(readdirSync(disk)).toEqual([]);
  });
});

describe('errors of the disk and of SQLite', () => {
  const cases: [code: string, reason: string][] = [
    ['ENOSPC', 'disk-full'],
    ['EDQUOT', 'quota-exceeded'],
    ['EROFS', 'read-only'],
    ['EACCES', 'no-permission'],
    ['EISDIR', 'not-a-file'],
    ['ENAMETOOLONG', 'path-too-long'],
    ['EIO', 'disk-error'],
    ['EMFILE', 'too-many-open-files'],
    ['SQLITE_FULL', 'disk-full'],
    ['SQLITE_IOERR_WRITE', 'disk-error'],
    ['SQLITE_BUSY_RECOVERY', 'index-busy'],
    ['SQLITE_CORRUPT', 'index-damaged'],
  ];
  test.each(cases)('%s is the failure %s, with a hint', (code, reason) => {
    const error = Object.assign(new Error('it did not work'), { code });
    expect(explainDiskError(error, 'publish cell')).toMatchObject({
      name: 'Failure',
      reason,
      hint: expect.any(String),
      cause: error,
    });
  });

  test('what is not known is a defect and stays as it is', () => {
    const error = new TypeError('undefined is not a function');
    expect(explainDiskError(error, 'publish cell')).toBe(error);
  });

  test('a read-only file system is a failure', (context) => {
    const disk = mountSmallDisk('1m');
    if (disk === undefined) return context.skip('this user may not mount a small file system');
    execFileSync('mount', ['-o', 'remount,ro', disk]);
    expect(() => openCache(join(disk, 'cache'))).toThrow(expect.objectContaining({ reason: 'read-only' }));
  });

  test('a path that is too long for SQLite is a failure of its own', () => {
    const long = join(temporaryFolder(), ...Array(5).fill('n'.repeat(120)), 'cache');
    expect(() => openCache(long)).toThrow(expect.objectContaining({ reason: 'path-too-long' }));
  });

  test('a folder in the place of the index is a failure that says so', () => {
    const folder = writeTree(temporaryFolder(), { 'index.sqlite/file': '' });
    expect(() => openCache(folder)).toThrow(expect.objectContaining({ reason: 'not-a-file' }));
  });

  test.skipIf(process.getuid?.() === 0)('a folder without the right to write is a failure', () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'closed'));
    chmodSync(join(folder, 'closed'), 0o555);
    expect(() => openCache(join(folder, 'closed'))).toThrow(
      expect.objectContaining({ reason: 'no-permission' }),
    );
  });

  test('a file where the cache folder should be is a failure that names it', () => {
    const folder = writeTree(temporaryFolder(), { cache: 'a file' });
    expect(() => openCache(join(folder, 'cache'))).toThrow(
      expect.objectContaining({ reason: 'not-a-folder' }),
    );
  });
});

describe('the journal of the index', () => {
  function journalOf(root: string): unknown {
    const index = new Database(join(root, 'index.sqlite'));
    const mode = index.pragma('journal_mode', { simple: true });
    index.close();
    return mode;
  }

  test('is a write-ahead log on a file system of this machine', () => {
    const { root, notices } = rig();
    expect(journalOf(root)).toBe('wal');
    expect(notices).toEqual([]);
  });

  test.each([
    [0x6969, 'NFS'],
    [0x0bd00bd0, 'Lustre'],
    [0x47504653, 'GPFS'],
    [-0xacb2be, 'CIFS'],
  ])('is a rollback journal, with a notice, on the network file system %i (%s)', (type, name) => {
    expect(chooseJournal('/cache', type, '')).toEqual({
      mode: 'truncate',
      notice: expect.stringContaining(name),
    });
    expect(chooseJournal('/cache', type, 'wal')).toEqual({ mode: 'wal' });
  });

  test('RETABLE_JOURNAL=truncate is heeded, also by an index that had a log before, and back', async () => {
    const first = rig();
    const artifact = await publish(first.cache, 'one', { a: '1' });
    first.cache.close();
    vi.stubEnv('RETABLE_JOURNAL', 'truncate');
    const second = rig(first.root);
    expect(journalOf(first.root)).not.toBe('wal');
    expect(second.cache.lookup(fingerprint('one'))?.artifact).toBe(artifact);
    await second.cache.publish(begin(second.cache, 'two', { b: '2' }));
    expect(readdirSync(first.root).filter((name) => name.includes('-wal'))).toEqual([]);
    expect((await second.cache.verify()).damage).toEqual([]);
    second.cache.close();
    vi.stubEnv('RETABLE_JOURNAL', 'wal');
    expect(rig(first.root).cache.ls()).toHaveLength(2);
    expect(journalOf(first.root)).toBe('wal');
  });

  test('any other RETABLE_JOURNAL is a failure', () => {
    vi.stubEnv('RETABLE_JOURNAL', 'fast');
    expect(() => rig()).toThrow(expect.objectContaining({ reason: 'unknown-journal-mode' }));
  });
});
