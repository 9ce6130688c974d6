import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import type { Cache, NewAttempt } from '../../src/cache/cache.ts';
import type { Fingerprint } from '../../src/cache/digest.ts';
import { begin, fingerprint, listTree, publish, rig, scratchKey } from './rig.ts';

function attempt(name: string, more: Partial<NewAttempt> = {}): NewAttempt {
  return {
    cell: 'student[seed=1]',
    pipeline: 'transfer',
    profile: 'quick',
    fingerprint: fingerprint(name),
    basis: { epsilon: name },
    kind: 'train',
    inputs: [],
    ...more,
  };
}

function run(cache: Cache, cell: string, key: Fingerprint, state = 'cached', profile = 'quick'): void {
  cache.recordRun({
    pipeline: 'transfer',
    profile,
    settings: '',
    cells: [{ cell, fingerprint: key, state }],
  });
}

describe('attempts', () => {
  test('an attempt whose number a power cut gave out again finds nothing of the one before', () => {
    const { cache, root } = rig();
    const lost = cache.startAttempt(attempt('a'));
    writeFileSync(join(lost.folder, 'output', 'half.bin'), 'of another cell');
    writeFileSync(join(lost.folder, 'log.txt'), 'of another cell');
    const index = new Database(join(root, 'index.sqlite'));
    index.exec('DELETE FROM attempts; UPDATE sqlite_sequence SET seq = seq - 1');
    index.close();
    const { id, folder } = cache.startAttempt(attempt('b'));
    expect(id).toBe(lost.id);
    expect(listTree(folder)).toEqual(['attempt.json']);
  });

  test('an attempt begins with an empty private folder for its output', () => {
    const { cache, root } = rig();
    const { id, folder } = cache.startAttempt(attempt('a'));
    expect(folder).toBe(join(root, 'attempts', String(id)));
    expect(existsSync(join(folder, 'output'))).toBe(true);
    expect(cache.attemptsOf('student[seed=1]')).toMatchObject([
      { id, folder, state: 'running', finished: undefined },
    ]);
  });

  test('the end of an attempt is kept with what was measured', () => {
    const { cache } = rig();
    const { id } = cache.startAttempt(attempt('a'));
    const end = {
      state: 'failed' as const,
      exitCode: 137,
      signal: 'SIGKILL',
      reason: 'killed' as const,
      message: 'killed',
      measured: { seconds: 1.5, host: 'here' },
    };
    cache.finishAttempt(id, end);
    expect(cache.attemptsOf('student[seed=1]')).toMatchObject([{ id, ...end, finished: expect.any(Number) }]);
  });

  test('attempts are listed newest first, of one pipeline or of all', () => {
    const { cache } = rig();
    const one = cache.startAttempt(attempt('a'));
    const two = cache.startAttempt(attempt('b'));
    const other = cache.startAttempt(attempt('b', { pipeline: 'other' }));
    expect(cache.attemptsOf('student[seed=1]').map(({ id }) => id)).toEqual([other.id, two.id, one.id]);
    expect(cache.attemptsOf('student[seed=1]', 'transfer').map(({ id }) => id)).toEqual([two.id, one.id]);
    expect(cache.attemptsOf('nothing')).toEqual([]);
  });

  test('snapshots of a cell have a folder that outlives attempts and the opening of the cache', async () => {
    const first = rig();
    const folder = first.cache.scratch(scratchKey('a'));
    writeFileSync(join(folder, 'epoch-3'), 'weights');
    const { cache } = first.reopen();
    expect(cache.scratch(scratchKey('a'))).toBe(folder);
    expect(existsSync(join(folder, 'epoch-3'))).toBe(true);
    await cache.endScratch(scratchKey('a'));
    expect(existsSync(folder)).toBe(false);
    await cache.endScratch(scratchKey('a'));
  });
});

describe('the snapshots of a cell that stopped early', () => {
  test('stay until the cell that does not stop early is published; those of a running cell stay then, too', async () => {
    const { cache } = rig();
    const [first, second, whole] = [
      scratchKey('first', 'whole'),
      scratchKey('second', 'whole'),
      scratchKey('whole'),
    ];
    const folders = [first, second, whole].map((key) => cache.scratch(key));
    const left = () => folders.map((folder) => existsSync(folder));
    await cache.endScratch(first);
    expect(left()).toEqual([true, true, true]);
    cache.acquire(second.fingerprint);
    await publish(cache, 'whole', { a: '1' });
    await cache.endScratch(whole);
    expect(left()).toEqual([false, true, false]);
    await cache.endScratch(second);
    expect(left()).toEqual([false, false, false]);
    expect(listTree(join(cache.root, 'scratch'))).toEqual([]);
  });
});

describe('the last basis of a cell', () => {
  test('is that of the newest attempt in that pipeline', () => {
    const { cache } = rig();
    cache.startAttempt(attempt('old'));
    const { id } = cache.startAttempt(attempt('new'));
    cache.finishAttempt(id, { state: 'failed' });
    cache.startAttempt(attempt('elsewhere', { pipeline: 'other' }));
    expect(cache.lastBasis('student[seed=1]', 'transfer')).toEqual({
      fingerprint: fingerprint('new'),
      basis: { epsilon: 'new' },
      state: 'failed',
      attempt: id,
    });
    expect(cache.lastBasis('nothing', 'transfer')).toBeUndefined();
    expect(cache.basis(fingerprint('old'))).toEqual({ epsilon: 'old' });
    expect(cache.basis(fingerprint('nothing'))).toBeUndefined();
  });

  test('is that of what a later run was served, though it was tried before', async () => {
    const { cache } = rig();
    const served = begin(cache, 'cell', {});
    await cache.publish(served);
    const { id } = cache.startAttempt(attempt('tried', { cell: 'cell' }));
    cache.finishAttempt(id, { state: 'done' });
    expect(cache.lastBasis('cell', 'transfer')?.fingerprint).toBe(fingerprint('tried'));
    await new Promise((resolve) => setTimeout(resolve, 3));
    run(cache, 'cell', served.fingerprint);
    expect(cache.lastBasis('cell', 'transfer')).toEqual({
      fingerprint: served.fingerprint,
      basis: { name: 'cell' },
      state: 'done',
      attempt: served.attempt,
    });
  });
});

describe('runs', () => {
  test('the last ten of each profile are remembered', async () => {
    const { cache } = rig();
    await publish(cache, 'paper', { a: '1' });
    await publish(cache, 'first', { a: '2' });
    run(cache, 'p', fingerprint('paper'), 'done', 'paper');
    run(cache, 'f', fingerprint('first'));
    for (let count = 0; count < 10; count++) run(cache, 'c', fingerprint(`run-${count}`));
    cache.collect({ keep: new Set(), keepRuns: 100 });
    expect(cache.ls().map(({ cell }) => cell)).toEqual(['paper']);
  });
});
