import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { openCache } from '../../src/cache/cache.ts';
import { migrate, migrations, versionOf } from '../../src/cache/migrations.ts';
import { begin, fingerprint, publish, type Rig, rig, temporaryFolder } from './rig.ts';

async function filled(): Promise<Rig> {
  const opened = rig();
  await publish(opened.cache, 'one', { a: '1', 'b/c': '2' }, { accuracy: 0.125 });
  await publish(opened.cache, 'two', { a: '1' }, {});
  return opened;
}

function contentsOf({ cache }: Rig) {
  return cache.ls().map(({ published: _, ...cell }) => ({ ...cell, files: cache.files(cell.artifact) }));
}

describe('the index', () => {
  test('an index that was deleted is rebuilt, equal to what it was, and says so', async () => {
    const first = await filled();
    const before = contentsOf(first);
    first.cache.close();
    rmSync(join(first.root, 'index.sqlite'));
    const second = rig(first.root);
    expect(second.notices).toEqual(['index rebuilt: 2 cells']);
    expect(contentsOf(second)).toEqual(before);
    expect([...second.cache.checkMany(before.map(({ artifact }) => artifact)).values()].flat()).toEqual([]);
    expect(rig(first.root).notices).toEqual([]);
  });

  test('an index that was deleted under its log is rebuilt all the same', async () => {
    const first = await filled();
    const before = contentsOf(first);
    // Not closed: the log is still there.
    rmSync(join(first.root, 'index.sqlite'));
    expect(existsSync(join(first.root, 'index.sqlite-wal'))).toBe(true);
    expect(contentsOf(rig(first.root))).toEqual(before);
  });

  test('damage is found by the first check after a rebuild too', async () => {
    const first = await filled();
    const artifact = first.cache.lookup(fingerprint('two'))?.artifact;
    first.cache.close();
    rmSync(join(first.root, 'index.sqlite'));
    if (artifact === undefined) throw new Error('not published');
    const { cache } = rig(first.root);
    rmSync(cache.path(artifact, 'a'));
    writeFileSync(cache.path(artifact, 'a'), '9');
    expect(cache.check(artifact)).toMatchObject([{ file: 'a', problem: 'changed' }]);
  });

  test('records that were cut off by a power loss are left out of a rebuild', async () => {
    const first = await filled();
    first.cache.close();
    rmSync(join(first.root, 'index.sqlite'));
    const record = join(first.root, 'cells', fingerprint('one').slice(0, 2), `${fingerprint('one')}.json`);
    const text = readFileSync(record);
    rmSync(record);
    writeFileSync(record, text.subarray(0, 60));
    const second = rig(first.root);
    expect(second.notices).toEqual(['index rebuilt: 1 cell']);
    expect(second.cache.lookup(fingerprint('one'))).toBeUndefined();
    await publish(second.cache, 'one', { a: '1', 'b/c': '2' });
    expect(second.cache.lookup(fingerprint('one'))).toBeDefined();
  });

  test('the last basis of a cell is known after a rebuild', async () => {
    const first = await filled();
    first.cache.close();
    rmSync(join(first.root, 'index.sqlite'));
    const { cache } = rig(first.root);
    expect(cache.lastBasis('one', 'transfer')).toEqual({
      fingerprint: fingerprint('one'),
      basis: { name: 'one' },
      state: 'done',
      attempt: 1,
    });
  });

  test('attempts, with what was measured of them, are known after a rebuild', async () => {
    const { cache, root } = await filled();
    const { attempt = 0 } = begin(cache, 'failing', {});
    const end = {
      state: 'failed' as const,
      exitCode: 3,
      reason: 'own:no-gpu' as const,
      message: 'There is no GPU.',
    };
    cache.finishAttempt(attempt, { ...end, measured: { seconds: 1.5 } });
    begin(cache, 'cut off', {});
    const before = cache.attemptsOf('failing');
    cache.close();
    rmSync(join(root, 'index.sqlite'));
    const rebuilt = rig(root).cache;
    expect(rebuilt.attemptsOf('failing')).toEqual(before);
    expect(rebuilt.lastBasis('failing', 'transfer')).toMatchObject({ basis: { name: 'failing' } });
    expect(rebuilt.attemptsOf('cut off')).toMatchObject([{ state: 'interrupted' }]);
  });

  test('numbers of attempts are not given twice after a rebuild', async () => {
    const first = await filled();
    const { attempt } = begin(first.cache, 'unfinished', {});
    first.cache.close();
    rmSync(join(first.root, 'index.sqlite'));
    expect(begin(rig(first.root).cache, 'next', {}).attempt).toBeGreaterThan(attempt ?? 0);
  });

  for (const [name, contents] of Object.entries({
    'an index that is no database': Buffer.from(
      'this is not a database, but it is long enough to look at'.repeat(99),
    ),
    'an index that is half a database': 'half',
  })) {
    test(`${name} is put aside and rebuilt, and says so`, async () => {
      const first = await filled();
      const before = contentsOf(first);
      first.cache.close();
      const index = join(first.root, 'index.sqlite');
      const damaged = contents === 'half' ? damagePages(readFileSync(index)) : Buffer.from(contents);
      writeFileSync(index, damaged);
      const second = rig(first.root);
      expect(second.notices).toHaveLength(2);
      expect(second.notices[0]).toContain('the cache index was damaged; it is kept as');
      expect(second.notices[1]).toBe('index rebuilt: 2 cells');
      expect(contentsOf(second)).toEqual(before);
      const [aside = ''] = readdirSync(join(first.root, 'aside'));
      expect(readFileSync(join(first.root, 'aside', aside)).equals(damaged)).toBe(true);
    });
  }

  test('an index of a newer version is refused, with the hint to upgrade, and left as it is', async () => {
    const { cache, root } = await filled();
    cache.close();
    const index = new Database(join(root, 'index.sqlite'));
    index.pragma('user_version = 99');
    index.close();
    expect(() => openCache(root)).toThrow(
      expect.objectContaining({ reason: 'newer-cache', hint: expect.stringContaining('Upgrade') }),
    );
    expect(readdirSync(join(root, 'aside'))).toEqual([]);
  });

  test('a publication that the index lost with the power is found by its record', async () => {
    const first = rig();
    await publish(first.cache, 'one', { a: '1' });
    first.cache.close();
    const index = join(first.root, 'index.sqlite');
    copyFileSync(index, join(first.root, 'old'));
    const second = rig(first.root);
    const artifact = await publish(second.cache, 'two', { b: '2' }, { loss: 3 });
    second.cache.close();
    for (const suffix of ['-wal', '-shm']) rmSync(index + suffix, { force: true });
    copyFileSync(join(first.root, 'old'), index);

    const third = rig(first.root);
    expect(third.cache.lookup(fingerprint('two'))).toMatchObject({ artifact, values: { loss: 3 } });
    expect(third.cache.check(artifact)).toEqual([]);
    expect(third.cache.ls().map(({ cell }) => cell)).toEqual(['one', 'two']);
  });
});

/** Leaves the first page, which says how long the database is, and fills the rest with noise. */
function damagePages(database: Buffer): Buffer {
  return Buffer.concat([database.subarray(0, 4096), Buffer.alloc(database.length - 4096, 0xa5)]);
}

describe('migrations', () => {
  function memory(): Database.Database {
    return new Database(':memory:');
  }

  test('an empty index gets all of them, one that is up to date none', () => {
    const database = memory();
    expect(migrate(database)).toBe(0);
    expect(versionOf(database)).toBe(migrations.length);
    expect(migrate(database)).toBe(migrations.length);
  });

  test('an index of an older version gets those that it lacks, and keeps its rows', () => {
    const database = memory();
    const steps = ['CREATE TABLE a (x)', 'ALTER TABLE a ADD COLUMN y DEFAULT 7'];
    migrate(database, steps.slice(0, 1));
    database.exec('INSERT INTO a VALUES (1)');
    expect(migrate(database, steps)).toBe(1);
    expect(database.prepare('SELECT * FROM a').all()).toEqual([{ x: 1, y: 7 }]);
    expect(versionOf(database)).toBe(2);
  });

  test('a cache folder whose index has no tables yet is brought up to date', () => {
    const root = temporaryFolder();
    new Database(join(root, 'index.sqlite')).close();
    expect(rig(root).cache.ls()).toEqual([]);
  });
});
