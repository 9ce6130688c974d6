import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { isDead, startOf, thisProcess } from '../../src/cache/process-identity.ts';
import { startProcess } from './processes.ts';
import { begin, fingerprint, publish, rig, temporaryFolder } from './rig.ts';

const cell = fingerprint('contested');

describe('several processes on one cache', () => {
  test('four that open an empty folder at once all get the same empty cache', async () => {
    const root = join(temporaryFolder(), 'cache');
    const processes = await Promise.all([1, 2, 3, 4].map(() => startProcess(root, { wait: true })));
    expect(await Promise.all(processes.map((one) => one.call('open')))).toEqual(Array(4).fill('opened'));
    expect(await Promise.all(processes.map((one) => one.call('ls')))).toEqual(Array(4).fill([]));
  });

  test('four that open a folder without its index at once rebuild it once', async () => {
    const { cache, root } = rig();
    for (const name of ['a', 'b', 'c']) await publish(cache, name, { name });
    const before = JSON.parse(JSON.stringify(cache.ls().map(({ published: _, ...rest }) => rest)));
    cache.close();
    rmSync(join(root, 'index.sqlite'));
    const processes = await Promise.all([1, 2, 3, 4].map(() => startProcess(root, { wait: true })));
    await Promise.all(processes.map((one) => one.call('open')));
    const notices = await Promise.all(processes.map((one) => one.call('notices')));
    expect(notices.flat()).toEqual(['index rebuilt: 3 cells']);
    for (const one of processes) {
      const cells = (await one.call('ls')) as { published: number }[];
      expect(cells.map(({ published: _, ...rest }) => rest)).toEqual(before);
    }
  });

  test('of four that want a lease at once, one gets it', async () => {
    const root = join(temporaryFolder(), 'cache');
    const processes = await Promise.all([1, 2, 3, 4].map(() => startProcess(root)));
    const answers = await Promise.all(processes.map((one) => one.call('acquire', cell)));
    const winners = processes.filter((_, at) => (answers[at] as { ok: boolean }).ok);
    expect(winners).toHaveLength(1);
    for (const answer of answers as { ok: boolean; holder?: { pid: number } }[]) {
      if (!answer.ok) expect(answer.holder?.pid).toBe(winners[0]?.child.pid);
    }
  });

  test('four that publish the same contents at once, again and again, all succeed with one artifact', async () => {
    const root = join(temporaryFolder(), 'cache');
    const { cache } = rig(root);
    const processes = await Promise.all([1, 2, 3, 4].map(() => startProcess(root)));
    for (let round = 0; round < 30; round++) {
      const contents = { a: `same ${round}`, b: `also ${round}` };
      const publications = processes.map((_, at) => begin(cache, `cell-${round}-${at}`, contents));
      const artifacts = await Promise.all(processes.map((one, at) => one.call('publish', publications[at])));
      expect(new Set(artifacts).size).toBe(1);
    }
    expect(await cache.verify()).toMatchObject({ files: 90, damage: [], orphans: [], missingRecords: [] });
    expect(cache.ls()).toHaveLength(120);
  });

  test('collecting while others publish never takes away what they publish', async () => {
    const root = join(temporaryFolder(), 'cache');
    const { cache } = rig(root);
    const publisher = await startProcess(root);
    for (let round = 0; round < 15; round++) {
      // Always the same contents, so that the collector's garbage is what the publisher wants to reuse.
      const publication = begin(cache, 'cell', { a: 'same', b: `${round % 2}` });
      cache.acquire(publication.fingerprint);
      const published = publisher.call('publish', publication);
      while (cache.lookup(publication.fingerprint) === undefined) {
        cache.collect({ keep: new Set(), keepRuns: 0 });
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      const artifact = await published;
      const found = cache.lookup(publication.fingerprint);
      expect(found?.artifact).toBe(artifact);
      expect(found && cache.check(found.artifact)).toEqual([]);
      cache.release(publication.fingerprint);
      cache.collect({ keep: new Set(), keepRuns: 0 });
      expect(cache.lookup(publication.fingerprint)).toBeUndefined();
    }
  });
});

describe('leases', () => {
  test('a lease is held until it is released', async () => {
    const { cache, root } = rig();
    expect(cache.acquire(cell)).toEqual({ ok: true });
    const other = await startProcess(root);
    expect(await other.call('acquire', cell)).toMatchObject({ ok: false, holder: { pid: process.pid } });
    await other.call('release', cell);
    expect(await other.call('acquire', cell)).toMatchObject({ ok: false });
    cache.release(cell);
    expect(await other.call('acquire', cell)).toEqual({ ok: true });
    expect(cache.acquire(cell)).toMatchObject({ ok: false, holder: { pid: other.child.pid } });
  });

  test('a process that takes its own lease again does not wait for itself', () => {
    const { cache, root } = rig();
    cache.acquire(cell);
    expect(cache.acquire(cell)).toEqual({ ok: true });
    expect(rig(root).cache.acquire(cell)).toEqual({ ok: true });
  });

  test('the lease of a killed process is taken over at once', async () => {
    const { cache, root } = rig();
    const other = await startProcess(root);
    await other.call('acquire', cell);
    expect(cache.acquire(cell)).toMatchObject({ ok: false });
    await other.kill();
    expect(cache.acquire(cell)).toEqual({ ok: true });
  });

  test('an attempt of a killed process is shown as interrupted, also before anybody has recovered it', async () => {
    const { cache, root } = rig();
    const other = await startProcess(root);
    const attempt = {
      cell: 'slow',
      pipeline: 'p',
      profile: '',
      fingerprint: cell,
      basis: {},
      kind: 'train',
      inputs: [],
    };
    await other.call('startAttempt', attempt);
    expect(cache.attemptsOf('slow')).toMatchObject([{ state: 'running' }]);
    await other.kill();
    expect(cache.attemptsOf('slow')).toMatchObject([{ state: 'interrupted' }]);
  });

  test('the lease of another host is left until its heartbeat is older than a minute', () => {
    const { cache, root } = rig();
    cache.acquire(cell);
    const index = new Database(join(root, 'index.sqlite'));
    index.exec("UPDATE owners SET host = 'elsewhere', pid = 1");
    const beat = index.prepare("UPDATE owners SET heartbeat = ? WHERE host = 'elsewhere'");
    beat.run(Date.now() - 50_000);
    expect(cache.acquire(cell)).toMatchObject({ ok: false, holder: { host: 'elsewhere' } });
    beat.run(Date.now() - 70_000);
    index.close();
    expect(cache.acquire(cell)).toEqual({ ok: true });
  });

  test('a heartbeat renews what this process holds', () => {
    const { cache, root } = rig();
    cache.acquire(cell);
    const index = new Database(join(root, 'index.sqlite'));
    index.exec('UPDATE owners SET heartbeat = 0');
    cache.heartbeat();
    const heartbeat = index.prepare('SELECT heartbeat FROM owners').pluck().get();
    index.close();
    expect(Date.now() - Number(heartbeat)).toBeLessThan(60_000);
  });

  test('taking a lease renews an old heartbeat, so that other hosts do not take the lease over', () => {
    const { cache, root } = rig();
    cache.acquire(cell);
    const index = new Database(join(root, 'index.sqlite'));
    index.exec('UPDATE owners SET heartbeat = 0');
    cache.acquire(cell);
    const heartbeat = index.prepare('SELECT heartbeat FROM owners').pluck().get();
    index.close();
    expect(Date.now() - Number(heartbeat)).toBeLessThan(60_000);
  });
});

describe('the identity of a process', () => {
  const self = thisProcess();

  test('this process lives', () => {
    expect(isDead(self, 0)).toBe(false);
  });

  test('a pid that now belongs to a process that started at another time is dead', () => {
    expect(isDead({ ...self, started: '1' }, Date.now())).toBe(true);
  });

  test('a process of an earlier boot of this host is dead', () => {
    expect(isDead({ ...self, boot: 'an earlier one' }, Date.now())).toBe(true);
  });

  test('a process in another container of this host is judged by its heartbeat', () => {
    const contained = { ...self, pidSpace: 'pid:[1]', pid: 2 ** 22 + 1 };
    expect(isDead(contained, Date.now())).toBe(false);
    expect(isDead(contained, Date.now() - 61_000)).toBe(true);
  });

  test('a pid that nobody has is dead', () => {
    expect(startOf(2 ** 22 + 1)).toBeUndefined();
  });

  test.skipIf(!existsSync('/proc/self/stat'))('two processes have two start times or two pids', async () => {
    const other = await startProcess(join(temporaryFolder(), 'cache'));
    expect(startOf(other.child.pid ?? 0)).not.toBe('');
    expect(Number(startOf(other.child.pid ?? 0))).toBeGreaterThanOrEqual(Number(self.started));
  });
});
