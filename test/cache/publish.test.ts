import { existsSync, linkSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson, sha256 } from '../../src/cache/digest.ts';
import { begin, fingerprint, flipBit, listTree, publish, readArtifact, rig, tamper } from './rig.ts';

describe('publishing', () => {
  test('a published cell is found with its artifact, values, kind and attempt', async () => {
    const { cache } = rig();
    const publication = begin(cache, 'student[seed=1]', { 'weights.bin': 'abc' }, { accuracy: 0.25 });
    const artifact = await cache.publish(publication);
    expect(cache.lookup(publication.fingerprint)).toEqual({
      artifact,
      values: { accuracy: 0.25 },
      cell: 'student[seed=1]',
      kind: 'train',
      attempt: publication.attempt,
    });
    expect(cache.lookup(publication.fingerprint)?.values).toEqual({ accuracy: 0.25 });
    expect(cache.check(artifact)).toEqual([]);
  });

  test('a cell that was not published is not found', () => {
    const { cache } = rig();
    expect(cache.lookup(fingerprint('nothing'))).toBeUndefined();
    expect(cache.lookup(fingerprint('nothing'))?.values).toBeUndefined();
  });

  test('an artifact is named by the SHA-256 of its manifest, which lists its files sorted by path', async () => {
    const { cache, root } = rig();
    const artifact = await publish(cache, 'a', { 'z.txt': 'zz', 'a/b.txt': 'b' });
    const expected = {
      type: 'model',
      files: [
        { path: 'a/b.txt', size: 1, sha256: sha256('b') },
        { path: 'z.txt', size: 2, sha256: sha256('zz') },
      ],
    };
    const text = readFileSync(join(root, 'artifacts', artifact.slice(0, 2), `${artifact}.json`), 'utf8');
    expect(JSON.parse(text)).toEqual(expected);
    expect(text).toBe(canonicalJson(expected));
    expect(sha256(text)).toBe(artifact);
    expect(cache.files(artifact)).toEqual(expected.files);
  });

  test('stored files are read-only and each content is stored once', async () => {
    const { cache, root } = rig();
    const one = await publish(cache, 'one', { a: 'same', b: 'same', c: 'other' });
    const two = await publish(cache, 'two', { d: 'same' });
    expect(listTree(join(root, 'files'))).toHaveLength(2);
    expect(cache.path(one, 'a')).toBe(cache.path(two, 'd'));
    expect(statSync(cache.path(one, 'a')).mode & 0o777).toBe(0o444);
  });

  test('an empty folder is an artifact without files', async () => {
    const { cache } = rig();
    const artifact = await publish(cache, 'empty', {});
    expect(cache.files(artifact)).toEqual([]);
    expect(cache.check(artifact)).toEqual([]);
  });

  test('the private folder is gone once its contents are published', async () => {
    const { cache } = rig();
    const publication = begin(cache, 'a', { 'deep/er/file': '1' });
    await cache.publish(publication);
    expect(existsSync(publication.folder)).toBe(false);
  });

  test('the record of a cell holds no times, so it is the same whenever the cell is run', async () => {
    const { cache, root } = rig();
    await publish(cache, 'a', { x: '1' }, { loss: 1.5 });
    const record = join(root, 'cells', fingerprint('a').slice(0, 2), `${fingerprint('a')}.json`);
    expect(Object.keys(JSON.parse(readFileSync(record, 'utf8'))).sort()).toEqual([
      'artifact',
      'attempt',
      'cell',
      'fingerprint',
      'kind',
      'manifest',
      'pipeline',
      'project',
      'values',
    ]);
  });

  test('a cell that is published again takes the newer artifact', async () => {
    const { cache } = rig();
    await publish(cache, 'a', { x: '1' });
    const second = await publish(cache, 'a', { x: '2' });
    expect(cache.lookup(fingerprint('a'))?.artifact).toBe(second);
    const rebuilt = rig(cache.root);
    expect(rebuilt.cache.lookup(fingerprint('a'))?.artifact).toBe(second);
  });

  test('many publications at once are all found', async () => {
    const { cache } = rig();
    const names = Array.from({ length: 60 }, (_, index) => `cell-${index}`);
    const artifacts = await cache.publishMany(
      names.map((name, index) => begin(cache, name, { shared: 'same', own: `${index % 7}` })),
    );
    expect(names.map((name) => cache.lookup(fingerprint(name))?.artifact)).toEqual(artifacts);
    expect([...cache.checkMany(artifacts).values()].flat()).toEqual([]);
    expect(new Set(artifacts).size).toBe(7);
  });

  test('one bad publication among many does not hinder the others', async () => {
    const { cache } = rig();
    const bad = begin(cache, 'bad', {});
    symlinkSync('/etc/passwd', join(bad.folder, 'link'));
    const good = begin(cache, 'good', { a: '1' });
    const [first, second] = await Promise.allSettled([cache.publish(bad), cache.publish(good)]);
    expect(first).toMatchObject({ status: 'rejected', reason: { reason: 'bad-output' } });
    expect(second.status).toBe('fulfilled');
    expect(cache.lookup(fingerprint('bad'))).toBeUndefined();
  });

  test('a symbolic link in the output is refused with its path', async () => {
    const { cache } = rig();
    const publication = begin(cache, 'a', { 'models/real': '1' });
    symlinkSync('real', join(publication.folder, 'models', 'latest'));
    await expect(cache.publish(publication)).rejects.toThrow('models/latest is a symbolic link');
    expect(listTree(publication.folder)).toEqual(['models/real']);
  });

  test('a value that is not a finite number is refused with its name', async () => {
    const { cache } = rig();
    await expect(publish(cache, 'a', {}, { loss: Number.NaN })).rejects.toMatchObject({
      reason: 'value-not-finite',
      message: expect.stringContaining('loss'),
    });
  });

  test('an output that is written to while it is published is refused, and the folder keeps it', async () => {
    const root = join(rig().root, '..', 'other');
    let publication = {} as ReturnType<typeof begin>;
    const { cache } = rig(root, {
      onStep: (step) => {
        if (step === 'contents-synced')
          writeFileSync(join(publication.folder, 'log'), 'later', { flag: 'a' });
      },
    });
    publication = begin(cache, 'a', { log: 'early' });
    await expect(cache.publish(publication)).rejects.toMatchObject({ reason: 'output-changed' });
    expect(cache.lookup(fingerprint('a'))).toBeUndefined();
    expect(readFileSync(join(publication.folder, 'log'), 'utf8')).toBe('earlylater');
    const again = rig(root).cache;
    const artifact = await again.publish(publication);
    expect(readArtifact(again, artifact)).toEqual({ log: 'earlylater' });
    expect(again.check(artifact)).toEqual([]);
  });

  test('a file that is linked from elsewhere is copied, so that writing to it there does no harm', async () => {
    const { cache, root } = rig();
    const publication = begin(cache, 'a', { data: 'original' });
    const elsewhere = join(root, '..', 'elsewhere');
    linkSync(join(publication.folder, 'data'), elsewhere);
    const artifact = await cache.publish(publication);
    writeFileSync(elsewhere, 'modified');
    expect(readArtifact(cache, artifact)).toEqual({ data: 'original' });
    expect(cache.check(artifact)).toEqual([]);
  });

  test('contents that are stored already but damaged are replaced by publishing them again', async () => {
    const { cache, root } = rig();
    const artifact = await publish(cache, 'a', { weights: 'precious' });
    tamper(cache.path(artifact, 'weights'), flipBit);
    expect(await publish(cache, 'b', { weights: 'precious' })).toBe(artifact);
    expect(readArtifact(cache, artifact)).toEqual({ weights: 'precious' });
    expect(cache.check(artifact)).toEqual([]);
    expect(listTree(join(root, 'aside'))).toHaveLength(1);
  });

  test('contents that vanish while they are relied on are stored anew', async () => {
    let vanish = () => {};
    const { cache } = rig(undefined, {
      onStep: (step) => {
        if (step === 'folders-synced') vanish();
      },
    });
    const first = await publish(cache, 'first', { a: 'same' });
    let times = 1;
    vanish = () => {
      times -= 1;
      if (times === 0) rmSync(cache.path(first, 'a'));
    };
    const second = await publish(cache, 'second', { a: 'same', b: 'more' });
    expect(readArtifact(cache, second)).toEqual({ a: 'same', b: 'more' });
    expect([...cache.checkMany([first, second]).values()].flat()).toEqual([]);
  });

  test('an error between the steps gives the folder back whole, and publishing it again works', async () => {
    const steps: string[] = [];
    const first = rig(undefined, { onStep: (step) => steps.push(step) });
    const tree = { a: '1', 'b/c': '2' };
    await publish(first.cache, 'a', tree);
    const positions = [...steps.keys()].filter((at) => !['index-committed'].includes(steps[at] ?? ''));
    for (const position of positions) {
      let left = position;
      const { cache } = rig(undefined, {
        onStep: (step) => {
          if (left === 0 && step !== 'index-committed') {
            left = -1;
            throw Object.assign(new Error(`no space at ${step}`), { code: 'ENOSPC' });
          }
          left -= 1;
        },
      });
      const publication = begin(cache, 'a', tree);
      await expect(cache.publish(publication)).rejects.toMatchObject({ reason: 'disk-full' });
      expect(cache.lookup(publication.fingerprint)).toBeUndefined();
      expect(listTree(publication.folder)).toEqual(['a', 'b/c']);
      expect(listTree(cache.root).filter((path) => path.endsWith('.tmp'))).toEqual([]);
      const artifact = await cache.publish(publication);
      expect(readArtifact(cache, artifact)).toEqual(tree);
      expect(cache.check(artifact)).toEqual([]);
    }
  });
});

const name = fc.string({ unit: fc.constantFrom('a', 'b', 'é', ' ', '.x', '#'), minLength: 1, maxLength: 6 });
const path = fc.array(
  name.map((text) => `n${text}`),
  { minLength: 1, maxLength: 3 },
);
const trees = fc
  .array(fc.tuple(path, fc.uint8Array({ maxLength: 40 })), { maxLength: 6 })
  .map((files) =>
    Object.fromEntries(files.map(([parts, bytes], at) => [[`${at}`, ...parts].join('/'), bytes])),
  );

describe('properties of publishing', () => {
  test('whatever is published comes back byte for byte', async () => {
    const { cache } = rig();
    let count = 0;
    await fc.assert(
      fc.asyncProperty(trees, async (tree) => {
        count += 1;
        const artifact = await publish(cache, `cell-${count}`, tree);
        const expected = Object.entries(tree).map(([key, bytes]) => [
          key,
          Buffer.from(bytes).toString('latin1'),
        ]);
        expect(readArtifact(cache, artifact)).toEqual(Object.fromEntries(expected));
        expect(cache.check(artifact)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  test('the same contents have the same artifact, in whatever order and cache they were written', async () => {
    const caches = [rig().cache, rig().cache] as const;
    let count = 0;
    await fc.assert(
      fc.asyncProperty(trees, async (tree) => {
        count += 1;
        const reversed = Object.fromEntries(Object.entries(tree).reverse());
        const one = await publish(caches[0], `cell-${count}`, tree);
        expect(await publish(caches[1], `other-${count}`, reversed)).toBe(one);
      }),
      { numRuns: 40 },
    );
  });
});
