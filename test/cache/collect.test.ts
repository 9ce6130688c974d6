import { existsSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  absent,
  begin,
  fingerprint,
  flipBit,
  listTree,
  publish,
  readArtifact,
  rig,
  scratchKey,
  tamper,
} from './rig.ts';

const keepNothing = { keep: new Set<never>(), keepRuns: 0, grace: 0 };

describe('collection of garbage', () => {
  test('frees cells that are not kept, with their files, and counts them', async () => {
    const { cache, root } = rig();
    const kept = await publish(cache, 'kept', { shared: 'shared', own: 'kept' });
    await publish(cache, 'going', { shared: 'shared', own: 'twelve bytes' });
    const before = listTree(root);
    const options = { ...keepNothing, keep: new Set([fingerprint('kept')]) };
    const dry = cache.collect({ ...options, dryRun: true });
    expect(listTree(root)).toEqual(before);
    expect(cache.lookup(fingerprint('going'))).toBeDefined();

    const collected = cache.collect(options);
    expect(collected).toEqual(dry);
    expect(collected).toMatchObject({ cells: 1, files: 2 });
    expect(collected.freed.filter(({ what }) => what === 'cell')).toEqual([
      { what: 'cell', name: 'going', bytes: 0 },
    ]);
    expect(collected.freed.filter(({ what }) => what === 'file').map(({ bytes }) => bytes)).toContain(12);
    expect(cache.lookup(fingerprint('going'))).toBeUndefined();
    expect(readArtifact(cache, kept)).toEqual({ shared: 'shared', own: 'kept' });
    expect(cache.check(kept)).toEqual([]);
    expect((await cache.verify()).orphans).toEqual([]);
  });

  test('what was collected does not come back when the index is rebuilt', async () => {
    const { cache, root } = rig();
    await publish(cache, 'going', { a: '1' });
    cache.collect(keepNothing);
    cache.close();
    rmSync(join(root, 'index.sqlite'));
    expect(rig(root).cache.ls()).toEqual([]);
  });

  test('keeps what the last run of each profile refers to, and more runs on demand', async () => {
    const { cache } = rig();
    for (const name of ['old', 'new', 'paper']) {
      await publish(cache, name, { name });
      cache.recordRun({
        pipeline: 'transfer',
        profile: name === 'paper' ? 'paper' : 'quick',
        settings: '',
        cells: [{ cell: name, fingerprint: fingerprint(name), state: 'done' }],
      });
    }
    cache.collect({ keep: new Set(), keepRuns: 2 });
    expect(cache.ls().map(({ cell }) => cell)).toEqual(['new', 'old', 'paper']);
    cache.collect({ keep: new Set() });
    expect(cache.ls().map(({ cell }) => cell)).toEqual(['new', 'paper']);
  });

  test('leaves what is pinned, and an attempt does not start on an input that is gone', async () => {
    const { cache } = rig();
    const input = await publish(cache, 'input', { a: '1' });
    const attempt = {
      ...{ cell: 'reader', pipeline: 'p', profile: '', kind: 'k', basis: {}, inputs: [input] },
      fingerprint: fingerprint('reader'),
    };
    cache.pin([input]);
    cache.collect(keepNothing);
    expect(readArtifact(cache, input)).toEqual({ a: '1' });
    cache.finishAttempt(cache.startAttempt(attempt).id, { state: 'failed' });
    cache.unpin();
    cache.collect(keepNothing);
    expect(() => cache.startAttempt(attempt)).toThrow(expect.objectContaining({ reason: 'input-lost' }));
  });

  test('never frees what is leased or in a running attempt', async () => {
    const { cache } = rig();
    await publish(cache, 'leased', { a: '1' });
    await publish(cache, 'running', { b: '2' });
    cache.acquire(fingerprint('leased'));
    const { folder, attempt } = begin(cache, 'running', { 'partial.bin': '3' });
    for (const name of ['leased', 'running', 'other']) cache.scratch(scratchKey(name));
    cache.collect(keepNothing);
    expect(cache.ls().map(({ cell }) => cell)).toEqual(['leased', 'running']);
    expect(listTree(folder)).toEqual(['partial.bin']);
    expect(cache.collect(keepNothing).freed).toEqual([]);

    cache.release(fingerprint('leased'));
    cache.finishAttempt(attempt ?? 0, { state: 'failed' });
    const collected = cache.collect(keepNothing);
    expect(collected.cells).toBe(2);
    expect(collected.freed.filter(({ what }) => what === 'scratch')).toHaveLength(2);
  });

  test('keeps the snapshots of cells that are kept, and frees those of others', () => {
    const { cache } = rig();
    const [kept, going] = [cache.scratch(scratchKey('kept')), cache.scratch(scratchKey('going'))];
    cache.collect({ ...keepNothing, keep: new Set([fingerprint('kept')]) });
    expect([kept, going].map((path) => existsSync(path))).toEqual([true, false]);
  });

  test('keeps the snapshots of a kept cell that stopped early, for a week', async () => {
    const { cache } = rig();
    for (const name of ['rung', 'gone']) await publish(cache, name, { name });
    const [rung, gone] = [
      cache.scratch(scratchKey('rung', 'whole')),
      cache.scratch(scratchKey('gone', 'whole')),
    ];
    for (const name of ['rung', 'gone']) await cache.endScratch(scratchKey(name, 'whole'));
    const options = { ...keepNothing, keep: new Set([fingerprint('rung')]) };
    cache.collect(options);
    expect([rung, gone].map((path) => existsSync(path))).toEqual([true, false]);
    const inDays = (days: number) => new Date(Date.now() + days * 86_400_000);
    utimesSync(rung, inDays(-6), inDays(-6));
    expect(cache.collect(options).freed).toEqual([]);
    utimesSync(rung, inDays(-8), inDays(-8));
    expect(cache.collect(options).freed).toMatchObject([{ what: 'scratch', name: dirname(rung) }]);
    expect(existsSync(dirname(rung))).toBe(false);
  });

  test('frees the snapshots of cells that stopped early once the cell that does not is published', async () => {
    const { cache } = rig();
    const rung = cache.scratch(scratchKey('rung', 'whole'));
    for (const name of ['rung', 'whole']) await publish(cache, name, { name });
    const options = { ...keepNothing, keep: new Set(['rung', 'whole'].map(fingerprint)) };
    expect(cache.collect(options).freed).toMatchObject([{ what: 'scratch', name: dirname(rung) }]);
  });

  test('leaves the snapshots of a cell that begins to run while it collects', async () => {
    let begin = () => {};
    const { cache } = rig(undefined, { onStep: (step) => void (step === 'index-cleared' && begin()) });
    const [one, other] = [
      cache.scratch(scratchKey('one', 'whole')),
      cache.scratch(scratchKey('other', 'whole')),
    ];
    begin = () => void cache.acquire(fingerprint('one'));
    cache.collect(keepNothing);
    expect(existsSync(one)).toBe(true);
    cache.release(fingerprint('one'));
    begin = () => {};
    cache.collect(keepNothing);
    expect([one, other].map((path) => existsSync(path))).toEqual([false, false]);
  });

  test('keeps the logs of the last three attempts at a cell that is kept, without what they wrote', () => {
    const { cache, root } = rig();
    for (let count = 0; count < 5; count++) {
      const { attempt = 0, folder } = begin(cache, 'cell', { big: 'partial' });
      writeFileSync(join(dirname(folder), 'log.txt'), `attempt ${attempt}`);
      cache.finishAttempt(attempt, { state: 'failed' });
    }
    cache.collect({ ...keepNothing, keep: new Set([fingerprint('cell')]) });
    expect(listTree(join(root, 'attempts'))).toEqual(
      ['3', '4', '5'].flatMap((id) => ['attempt.json', 'end.json', 'log.txt'].map((name) => `${id}/${name}`)),
    );
    expect(cache.attemptsOf('cell').map(({ id }) => id)).toEqual([5, 4, 3]);
    cache.collect(keepNothing);
    expect(listTree(join(root, 'attempts'))).toEqual([]);
  });

  test('keeps the attempt that published a kept cell, however many came after', async () => {
    const { cache } = rig();
    await publish(cache, 'cell', { a: '1' });
    for (let count = 0; count < 4; count++) {
      cache.finishAttempt(begin(cache, 'cell', {}).attempt ?? 0, { state: 'failed' });
    }
    cache.collect({ ...keepNothing, keep: new Set([fingerprint('cell')]) });
    expect(cache.attemptsOf('cell').map(({ id }) => id)).toEqual([5, 4, 3, 1]);
  });

  test('empties aside', async () => {
    const { cache, root } = rig();
    const artifact = await publish(cache, 'cell', { a: 'precious' });
    tamper(cache.path(artifact, 'a'), flipBit);
    cache.setAside(artifact, cache.check(artifact));
    expect(listTree(join(root, 'aside'))).toHaveLength(1);
    cache.collect(keepNothing);
    expect(listTree(join(root, 'aside'))).toEqual([]);
  });

  test('leaves fresh files that nothing refers to yet: somebody may be publishing them', async () => {
    const { cache, root } = rig();
    const orphan = join(root, 'files', absent.slice(0, 2), absent);
    mkdirSync(dirname(orphan), { recursive: true });
    writeFileSync(orphan, 'about to be published');
    cache.collect({ keep: new Set() });
    expect(existsSync(orphan)).toBe(true);
    cache.collect(keepNothing);
    expect(existsSync(orphan)).toBe(false);
  });

  test('leaves a file that somebody publishes again while it is being collected', async () => {
    let publishAgain = () => {};
    const { cache, root } = rig(undefined, {
      onStep: (step) => {
        if (step === 'index-cleared') publishAgain();
      },
    });
    const artifact = await publish(cache, 'going', { a: 'wanted', b: 'unwanted' });
    const [wanted, unwanted] = [cache.path(artifact, 'a'), cache.path(artifact, 'b')];
    publishAgain = () => {
      // What another process writes when it enters an artifact that has this file.
      const index = new Database(join(root, 'index.sqlite'));
      index.prepare('INSERT INTO artifact_files VALUES (?, ?, ?)').run(absent, 'a', basename(wanted));
      index.close();
    };
    cache.collect(keepNothing);
    expect([wanted, unwanted].map((path) => existsSync(path))).toEqual([true, false]);
  });

  test('whatever is kept is whole afterwards, and whatever is not is gone', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const cells = fc.uniqueArray(
      fc.record({
        name: fc.constantFrom(...names),
        files: fc.uniqueArray(fc.constantFrom('1', '2', '3', '4'), { maxLength: 3 }),
        kept: fc.boolean(),
      }),
      { selector: ({ name }) => name, maxLength: 6 },
    );
    await fc.assert(
      fc.asyncProperty(cells, async (drawn) => {
        const { cache, root } = rig();
        for (const { name, files } of drawn) {
          await publish(cache, name, Object.fromEntries(files.map((contents) => [`f${contents}`, contents])));
        }
        const kept = drawn.filter((cell) => cell.kept);
        cache.collect({ ...keepNothing, keep: new Set(kept.map(({ name }) => fingerprint(name))) });
        expect(cache.ls().map(({ cell }) => cell)).toEqual(kept.map(({ name }) => name).sort());
        for (const { name, files } of kept) {
          const artifact = cache.lookup(fingerprint(name))?.artifact ?? absent;
          expect(cache.check(artifact)).toEqual([]);
          expect(Object.values(readArtifact(cache, artifact)).sort()).toEqual([...files].sort());
        }
        expect(listTree(join(root, 'files'))).toHaveLength(new Set(kept.flatMap(({ files }) => files)).size);
        cache.close();
      }),
      { numRuns: 25 },
    );
  });
});
