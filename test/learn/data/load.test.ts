import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { create } from 'tar';
import { describe, expect, it } from 'vitest';
import { loadDataset } from '../../../src/learn/data/load.ts';
import { datasetNames, locate } from '../../../src/learn/data/locate.ts';
import { publishedSets } from '../../../src/learn/data/sources.ts';
import { channelStatistics } from '../../../src/learn/data/statistics.ts';
import { project, temporaryFolder } from './folder.ts';

const folder = temporaryFolder();
const here = { project: folder, home: project };
let folders = 0;

/** A data folder with these files, of these bytes. */
async function dataDir(files: Record<string, Uint8Array | string>): Promise<string> {
  folders += 1;
  const dir = join(folder, `data-${folders}`);
  await mkdir(dir);
  for (const [name, bytes] of Object.entries(files)) {
    await mkdir(join(dir, name, '..'), { recursive: true });
    await writeFile(join(dir, name), bytes);
  }
  return dir;
}

const cifarNames = [1, 2, 3, 4, 5].map((k) => `data_batch_${k}.bin`).concat('test_batch.bin');
const all = (under: string, names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [`${under}/${name}`, '']));

describe('locating a data set', () => {
  it('finds the digits that come with retable', () => {
    expect(locate('digits', { ...here, dataDir: undefined })).toEqual([
      { name: 'digits.csv.gz', path: join(project, 'data', 'digits', 'digits.csv.gz') },
    ]);
    expect(() => locate('digits', { ...here, home: folder, dataDir: undefined })).toThrow(
      expect.objectContaining({ reason: 'data-not-found' }),
    );
  });

  it.each(['cifar10', 'cifar-10-batches-bin'])('finds the files of CIFAR-10 in %s', async (under) => {
    const dir = await dataDir(all(under, cifarNames));
    expect(locate('cifar10', { ...here, dataDir: dir })).toEqual(
      cifarNames.map((name) => ({ name, path: join(dir, under, name) })),
    );
  });

  it('takes the whole training set of CIFAR-100 before the first 10,000', async () => {
    const names = async (files: string[]) => {
      const dir = await dataDir(all('cifar100', files));
      return locate('cifar100', { ...here, dataDir: dir }).map(({ name }) => name);
    };
    expect(await names(['train_first_10000.bin', 'test.bin'])).toEqual(['train_first_10000.bin', 'test.bin']);
    expect(await names(['train.bin', 'train_first_10000.bin', 'test.bin'])).toEqual([
      'train.bin',
      'test.bin',
    ]);
  });

  it('takes the archive in the data folder before the one at the address', async () => {
    const dir = await dataDir({ 'cifar-10-binary.tar.gz': '' });
    expect(locate('cifar10', { ...here, dataDir: dir })).toEqual([
      { name: 'cifar-10-binary.tar.gz', path: join(dir, 'cifar-10-binary.tar.gz') },
    ]);
    expect(locate('cifar10', { ...here, dataDir: await dataDir({}) })).toEqual([
      {
        name: 'cifar-10-binary.tar.gz',
        url: 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz',
        sha256: 'c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd',
      },
    ]);
  });

  it('gives the four files of Fashion-MNIST with their checksums', () => {
    const sources = locate('fashion-mnist', { ...here, dataDir: undefined });
    expect(sources.map(({ name }) => name)).toEqual([
      'train-images-idx3-ubyte.gz',
      'train-labels-idx1-ubyte.gz',
      't10k-images-idx3-ubyte.gz',
      't10k-labels-idx1-ubyte.gz',
    ]);
    for (const source of sources)
      expect(source).toMatchObject({ url: expect.stringMatching(/^http.*\.gz$/) });
  });

  it('tells what is missing where only a part of the files is there', async () => {
    const dir = await dataDir(all('cifar10', cifarNames.slice(1)));
    expect(() => locate('cifar10', { ...here, dataDir: dir })).toThrow(
      expect.objectContaining({
        reason: 'data-not-found',
        message: `${join(dir, 'cifar10')} has only a part of CIFAR-10 binary version: data_batch_1.bin missing.`,
      }),
    );
  });

  it('tells what to download and where to put it', async () => {
    const dir = await dataDir({});
    expect(() => locate('mnist', { ...here, dataDir: dir })).toThrow(
      expect.objectContaining({
        reason: 'data-not-found',
        hint: `Download MNIST from http://yann.lecun.com/exdb/mnist/, put train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte into ${join(dir, 'mnist')}, and give --data-dir ${dir}.`,
      }),
    );
    expect(() => locate('mnist', { ...here, dataDir: undefined })).toThrow(
      expect.objectContaining({ message: expect.stringContaining('no data folder was given') }),
    );
  });

  it('knows no other names', () => {
    for (const name of ['imagenet', 'constructor', '__proto__', '../cifar10']) {
      expect(() => locate(name, { ...here, dataDir: undefined })).toThrow(
        expect.objectContaining({ reason: 'unknown-dataset', hint: `Known are ${datasetNames.join(', ')}.` }),
      );
    }
  });

  it('has a SHA-256 for each address', () => {
    for (const set of Object.values(publishedSets)) {
      const files = set.layouts.flat().flatMap(({ remote }) => remote ?? []);
      for (const { sha256 } of [...files, ...(set.archive ? [set.archive] : [])]) {
        expect(sha256).toMatch(/^[0-9a-f]{64}$/);
      }
    }
  });
});

describe('loading a data set', () => {
  it('reads the digits', async () => {
    const { train, test } = await loadDataset(
      'digits',
      { ...here, dataDir: undefined },
      { workspace: folder },
    );
    expect([train.labels.length, test.labels.length]).toEqual([1437, 360]);
  });

  /** IDX files of MNIST's sizes, all black, labels 0 … 9 in turn. */
  function mnist(name: string, count: number): Uint8Array {
    const images = name.includes('images');
    const sizes = images ? [count, 28, 28] : [count];
    const bytes = new Uint8Array(4 + 4 * sizes.length + count * (images ? 784 : 1));
    bytes.set([0, 0, 8, sizes.length]);
    for (const [k, size] of sizes.entries()) new DataView(bytes.buffer).setUint32(4 + 4 * k, size);
    if (!images) for (let i = 0; i < count; i += 1) bytes[8 + i] = i % 10;
    return gzipSync(bytes, { level: 1 });
  }

  it('reads compressed IDX files from the data folder', async () => {
    const dir = await dataDir({
      'mnist/train-images-idx3-ubyte.gz': mnist('images', 60_000),
      'mnist/train-labels-idx1-ubyte.gz': mnist('labels', 60_000),
      'mnist/t10k-images-idx3-ubyte.gz': mnist('images', 10_000),
      'mnist/t10k-labels-idx1-ubyte.gz': mnist('labels', 10_000),
    });
    const { train, test } = await loadDataset('mnist', { ...here, dataDir: dir }, { workspace: folder });
    expect(train.shape).toEqual([28, 28, 1]);
    expect([train.labels.length, test.labels.length, test.labels[13]]).toEqual([60_000, 10_000, 3]);
  });

  // Where Debian's package dataset-fashion-mnist puts it.
  const packaged = '/usr/share/datasets';
  it.skipIf(!existsSync(join(packaged, 'fashion-mnist')))(
    'finds the published Fashion-MNIST in its files',
    async () => {
      const places = { ...here, dataDir: packaged };
      const { train, test } = await loadDataset('fashion-mnist', places, { workspace: folder });
      for (const [part, count] of [
        [train, 6_000],
        [test, 1_000],
      ] as const) {
        const counts = part.classes.map((_, label) => part.labels.filter((other) => other === label).length);
        expect(counts).toEqual(new Array(10).fill(count));
      }
      expect(train.shape).toEqual([28, 28, 1]);
      expect([...train.labels.subarray(0, 5)].map((label) => train.classes[label])).toEqual([
        ...['Ankle boot', 'T-shirt/top', 'T-shirt/top', 'Dress', 'T-shirt/top'],
      ]);
      // As commonly given for normalisation: 0.2860 and 0.3530.
      const { mean, std } = channelStatistics(train);
      expect([mean[0], std[0]].map((value) => value?.toFixed(3))).toEqual(['0.286', '0.353']);
    },
  );

  it('names the file that is cut off', async () => {
    const dir = await dataDir(all('cifar10', cifarNames));
    await expect(
      loadDataset('cifar10', { ...here, dataDir: dir }, { workspace: folder }),
    ).rejects.toMatchObject({
      reason: 'bad-data-file',
      message: expect.stringContaining(
        `${join(dir, 'cifar10', 'data_batch_1.bin')} has 0 bytes instead of 30730000`,
      ),
    });
  });

  it('unpacks an archive, and names it where files are missing from it', async () => {
    const files = await dataDir({
      ...all('cifar-100-binary', ['train.bin', 'test.bin']),
      'elsewhere/other.bin': '',
    });
    const workspace = join(folder, 'workspace');
    await mkdir(workspace);
    const withArchiveOf = async (under: string) => {
      const dir = await dataDir({});
      await create({ gzip: true, file: join(dir, 'cifar-100-binary.tar.gz'), cwd: files }, [under]);
      return loadDataset('cifar100', { ...here, dataDir: dir }, { workspace });
    };
    await expect(withArchiveOf('cifar-100-binary')).rejects.toMatchObject({
      message: expect.stringContaining('train.bin has 0 bytes instead of 153700000'),
    });
    expect(existsSync(join(workspace, 'unpacked', 'cifar-100-binary', 'train.bin'))).toBe(true);
    await expect(withArchiveOf('elsewhere')).rejects.toMatchObject({
      reason: 'bad-archive',
      message: expect.stringContaining('does not hold CIFAR-100'),
    });
  });
});
