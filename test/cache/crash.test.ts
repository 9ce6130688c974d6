import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openCache } from '../../src/cache/cache.ts';
import { crashPoint } from '../../src/cache/crash-point.ts';
import { startProcess } from './processes.ts';
import { begin, fingerprint, listTree, publish, readArtifact, rig, tamper, temporaryFolder } from './rig.ts';

const tree = { 'weights.bin': 'w'.repeat(5000), 'metrics/epochs.csv': 'epoch,loss\n1,2\n' };

/** Every step that an action takes, with its count: `content-stored:2`. */
async function stepsOf(act: (onStep: (step: string) => void) => Promise<void>): Promise<string[]> {
  const seen = new Map<string, number>();
  const steps: string[] = [];
  await act((step) => {
    seen.set(step, (seen.get(step) ?? 0) + 1);
    steps.push(`${step}:${seen.get(step)}`);
  });
  return steps;
}

const publicationSteps = await stepsOf(async (onStep) => {
  // Outside of a test, so without the rig and its clean-up.
  const root = mkdtempSync(join(tmpdir(), 'retable-steps-'));
  const cache = openCache(root, { onStep });
  await cache.publish(begin(cache, 'cell', tree));
  cache.close();
  rmSync(root, { recursive: true });
});

describe('kill -9 in the middle of a publication', () => {
  test('there are the steps that the manual lists', () => {
    expect(publicationSteps.map((step) => step.replace(/:.*/, ''))).toEqual([
      'hashed',
      'contents-synced',
      'records-written',
      'content-stored',
      'content-stored',
      'manifest-stored',
      'record-stored',
      'folders-synced',
      'index-written',
      'index-committed',
    ]);
  });

  for (const crashAt of publicationSteps) {
    test(`after ${crashAt} leaves the old state or the new, and the next run ends in the same bytes`, async () => {
      const root = join(temporaryFolder(), 'cache');
      const { cache } = rig(root);
      const undisturbed = await publish(rig().cache, 'cell', tree);
      const earlier = await publish(cache, 'earlier', { a: tree['weights.bin'] });
      const doomed = await startProcess(root, { crashAt });
      const publication = begin(cache, 'cell', tree);
      expect(await doomed.call('publish', publication)).toBe('killed');

      const next = rig(root).cache;
      const found = next.lookup(fingerprint('cell'));
      const isNew = publicationSteps.indexOf(crashAt) >= publicationSteps.indexOf('record-stored:1');
      expect(found?.artifact).toBe(isNew ? undisturbed : undefined);
      if (found) expect(readArtifact(next, found.artifact)).toEqual(tree);

      const again = await publish(next, 'cell', tree);
      expect(again).toBe(undisturbed);
      expect(readArtifact(next, again)).toEqual(tree);
      expect([...next.checkMany([earlier, again]).values()].flat()).toEqual([]);
      expect((await next.verify()).damage).toEqual([]);

      next.collect({ keep: new Set([fingerprint('cell'), fingerprint('earlier')]), grace: 0 });
      expect(listTree(join(root, 'files'))).toHaveLength(2);
      expect(listTree(join(root, 'artifacts'))).toHaveLength(2);
      expect(listTree(join(root, 'cells'))).toHaveLength(2);
      expect((await next.verify()).damage).toEqual([]);
    });
  }
});

describe('kill -9 elsewhere', () => {
  for (const crashAt of ['record-removed', 'index-cleared', 'file-moved-aside']) {
    test(`while damage is set aside, after ${crashAt}: the damaged artifact is never served`, async () => {
      const { cache, root } = rig();
      const artifact = await publish(cache, 'cell', tree);
      tamper(cache.path(artifact, 'weights.bin'), () => Buffer.from('damaged'));
      const doomed = await startProcess(root, { crashAt });
      const damage = cache.check(artifact);
      expect(await doomed.call('setAside', artifact, damage)).toBe('killed');
      const found = cache.lookup(fingerprint('cell'));
      if (found) expect(cache.check(found.artifact)).not.toEqual([]);
      if (found) cache.setAside(found.artifact, cache.check(found.artifact));
      expect(cache.lookup(fingerprint('cell'))).toBeUndefined();
      expect(await publish(cache, 'cell', tree)).toBe(artifact);
      expect((await cache.verify()).damage).toEqual([]);
    });
  }

  for (const crashAt of ['record-removed:1', 'index-cleared', 'garbage-removed:1', 'garbage-removed:3']) {
    test(`while garbage is collected, after ${crashAt}: what is kept is whole, the rest goes the next time`, async () => {
      const { cache, root } = rig();
      const kept = await publish(cache, 'kept', { shared: 'shared', own: 'kept' });
      for (const name of ['x', 'y']) await publish(cache, name, { shared: 'shared', own: name });
      const doomed = await startProcess(root, { crashAt });
      cache.recordRun({
        pipeline: 'p',
        profile: 'quick',
        settings: '',
        cells: [{ cell: 'kept', fingerprint: fingerprint('kept'), state: 'done' }],
      });
      expect(await doomed.call('collect', { keep: [], grace: 0 })).toBe('killed');
      const next = rig(root).cache;
      expect(next.check(kept)).toEqual([]);
      next.collect({ keep: new Set(), grace: 0 });
      expect(next.ls().map(({ cell }) => cell)).toEqual(['kept']);
      expect(listTree(join(root, 'files'))).toHaveLength(2);
      expect((await next.verify()).damage).toEqual([]);
    });
  }

  test('an attempt of a killed process becomes interrupted: its output goes, its log stays, its lease is free', async () => {
    const { cache, root } = rig();
    const other = await startProcess(root);
    const key = {
      cell: 'cell',
      pipeline: 'p',
      profile: 'quick',
      fingerprint: fingerprint('cell'),
      kind: 'train',
    };
    await other.call('acquire', key.fingerprint);
    const started = await other.call('startAttempt', { ...key, basis: {}, inputs: [] });
    const { id, folder } = started as { id: number; folder: string };
    writeFileSync(join(folder, 'log.txt'), 'epoch 1');
    expect(cache.recover()).toEqual({ attempts: [], leases: [] });
    await other.kill();
    const recovered = cache.recover();
    expect(recovered.attempts).toMatchObject([{ id, cell: 'cell', state: 'interrupted' }]);
    expect(recovered.leases).toEqual([key.fingerprint]);
    expect(listTree(folder)).toEqual(['attempt.json', 'log.txt']);
    expect(existsSync(join(folder, 'output'))).toBe(false);
    expect(cache.attemptsOf('cell')).toMatchObject([{ id, state: 'interrupted', reason: 'owner-died' }]);
    expect(cache.recover()).toEqual({ attempts: [], leases: [] });
  });

  test('an attempt whose process died right after publishing is done, not interrupted', async () => {
    const { cache, root } = rig();
    const doomed = await startProcess(root, { crashAt: 'index-committed' });
    const key = { cell: 'cell', fingerprint: fingerprint('cell'), kind: 'train', basis: {} };
    const started = await doomed.call('startAttempt', {
      ...key,
      pipeline: 'p',
      profile: 'quick',
      inputs: [],
    });
    const { id, folder } = started as { id: number; folder: string };
    const publication = { ...key, type: 'model', folder: join(folder, 'output'), values: {}, attempt: id };
    expect(await doomed.call('publish', publication)).toBe('killed');
    expect(cache.recover().attempts).toEqual([]);
    expect(cache.attemptsOf('cell')).toMatchObject([{ id, state: 'done' }]);
  });
});

describe('the crash point', () => {
  test('is nowhere unless it is asked for', () => {
    expect(() => crashPoint('')('hashed')).not.toThrow();
    expect(() => crashPoint('another:2')('hashed')).not.toThrow();
  });
});
