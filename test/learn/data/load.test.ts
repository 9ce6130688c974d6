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
const idxNames = ['train-images-idx3', 'train-labels-idx1', 't10k-images-idx3', 't10k-labels-idx1'].map(
  (name) => `${name}-ubyte`,
);
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

  it.each(['cifar10', 'cifar-10-batches-bin', 'elsewhere'])(
    'finds the files of CIFAR-10 in a data folder %s, which has them itself',
    async (under) => {
      const dir = join(await dataDir(all(under, cifarNames)), under);
      expect(locate('cifar10', { ...here, dataDir: dir })).toEqual(
        cifarNames.map((name) => ({ name, path: join(dir, name) })),
      );
    },
  );

  it('finds the files of MNIST, each compressed or not, under both of its names', async () => {
    const [images = '', labels = '', testImages = '', testLabels = ''] = idxNames;
    const given = [`${images}.gz`, 'train-labels.idx1-ubyte', testImages, 't10k-labels.idx1-ubyte.gz'];
    const dir = await dataDir(all('mnist', given));
    // A folder that is called like a file, as some archives unpack.
    await mkdir(join(dir, 'mnist', images));
    const names = [`${images}.gz`, labels, testImages, `${testLabels}.gz`];
    expect(locate('mnist', { ...here, dataDir: dir })).toEqual(
      names.map((name, place) => ({ name, path: join(dir, 'mnist', given[place] ?? '') })),
    );
  });

  it('knows whether the data folder itself has MNIST or Fashion-MNIST by what it is called', async () => {
    const dir = await dataDir({
      ...all('mnist', idxNames),
      ...all('FashionMNIST/raw', idxNames),
      ...all('other', idxNames),
    });
    const firstOf = (name: string, under: string) => locate(name, { ...here, dataDir: join(dir, under) })[0];
    expect(firstOf('mnist', 'mnist')).toMatchObject({ path: join(dir, 'mnist', idxNames[0] ?? '') });
    expect(firstOf('fashion-mnist', 'FashionMNIST/raw')).toMatchObject({
      path: join(dir, 'FashionMNIST/raw', idxNames[0] ?? ''),
    });
    expect(() => firstOf('mnist', 'other')).toThrow(
      expect.objectContaining({
        reason: 'data-not-found',
        message: expect.stringContaining('other data sets use the same names'),
        hint: `If they are MNIST, move or link the folder to ${join(dir, 'other/mnist')}.`,
      }),
    );
  });

  it('does not take Fashion-MNIST for MNIST', async () => {
    const dir = await dataDir(all('fashion-mnist', idxNames));
    for (const given of [dir, join(dir, 'fashion-mnist')]) {
      expect(() => locate('mnist', { ...here, dataDir: given })).toThrow(
        expect.objectContaining({
          message: `MNIST is not in ${given}: it has no folder mnist or MNIST/raw or MNIST with its files.`,
        }),
      );
    }
  });

  it('takes the archive in the data folder before the one at the address', async () => {
    const dir = await dataDir({ 'cifar-10-binary.tar.gz': '' });
    expect(locate('cifar10', { ...here, dataDir: dir })).toEqual([
      { name: 'cifar-10-binary.tar.gz', path: join(dir, 'cifar-10-binary.tar.gz') },
    ]);
    // In the folder of the files, and as browsers leave it that take the gzip off.
    for (const path of ['cifar10/cifar-10-binary.tar.gz', 'cifar-10-binary.tar']) {
      const other = await dataDir({ [path]: '' });
      expect(locate('cifar10', { ...here, dataDir: other })).toEqual([
        { name: 'cifar-10-binary.tar.gz', path: join(other, path) },
      ]);
    }
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

  it.each([
    ['a level too high', ['data/cifar10/'], '.', 'data'],
    ['two levels too high', ['some/data/cifar-10-batches-bin/'], 'some', 'some/data'],
    ['a level too high for a folder of another name', ['data/images/'], 'data', 'data/images'],
    ['a level too low', ['cifar10/', 'other/x.txt'], 'other', '.'],
    ['above the archive', ['downloads/cifar-10-binary.tar.gz'], '.', 'downloads'],
    ['beside the archive', ['cifar-10-binary.tar.gz', 'other/x.txt'], 'other', '.'],
  ])('tells the right --data-dir where it is %s, and gives no URL', async (_, files, given, right) => {
    const names = files.flatMap((file) =>
      file.endsWith('/') ? cifarNames.map((name) => file + name) : file,
    );
    const dir = await dataDir(Object.fromEntries(names.map((name) => [name, ''])));
    expect(() => locate('cifar10', { ...here, dataDir: join(dir, given) })).toThrow(
      expect.objectContaining({ reason: 'data-not-found', hint: `Give --data-dir ${join(dir, right)}.` }),
    );
    locate('cifar10', { ...here, dataDir: join(dir, right) });
  });

  it.each([
    ['cifar10', 'cifar-10-batches-py/data_batch_1', '.', 'Python'],
    ['cifar10', 'cifar-10-batches-py/data_batch_1', 'cifar-10-batches-py', 'Python'],
    ['cifar10', 'data/cifar-10-python.tar.gz', '.', 'Python'],
    ['cifar10', 'cifar10/data_batch_1.mat', '.', 'Matlab'],
    ['cifar100', 'cifar-100-python/train', '.', 'Python'],
    ['cifar100', 'cifar-100-python/train', 'cifar-100-python', 'Python'],
    ['mnist', 'mnist.npz', '.', 'NumPy'],
  ])('tells of %s that %s in %s is of another version', async (name, file, given, version) => {
    const dir = await dataDir({ [file]: '' });
    expect(() => locate(name, { ...here, dataDir: join(dir, given) })).toThrow(
      expect.objectContaining({
        reason: 'data-not-found',
        message: expect.stringMatching(`^${dir}.* is the ${version} version, which retable cannot read.$`),
        hint: expect.stringMatching(/^Download .*, put .* into /),
      }),
    );
  });

  it('tells what to download and where to put it', async () => {
    const dir = await dataDir({});
    expect(() => locate('mnist', { ...here, dataDir: dir })).toThrow(
      expect.objectContaining({
        reason: 'data-not-found',
        hint: `Download MNIST from http://yann.lecun.com/exdb/mnist/, put train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte into ${join(dir, 'mnist')}.`,
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
      const files = set.files.flatMap(({ remote }) => remote ?? []);
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

  it('downloads nothing where a data folder was given, and says what it looked for', async () => {
    const dir = await dataDir({});
    for (const [name, looked] of [
      ['cifar10', 'no folder cifar10 or cifar-10-batches-bin with its files, and no cifar-10-binary.tar.gz.'],
      ['fashion-mnist', 'no folder fashion-mnist or FashionMNIST/raw or FashionMNIST with its files.'],
    ] as const) {
      const places = { ...here, dataDir: dir };
      // What was made of a download before is known by its checksum still.
      expect(locate(name, places)).toEqual(locate(name, { ...here, dataDir: undefined }));
      await expect(loadDataset(name, places, { workspace: folder })).rejects.toMatchObject({
        reason: 'data-not-found',
        message: expect.stringContaining(`it has ${looked}`),
        hint: expect.stringContaining('Without --data-dir it is downloaded.'),
      });
    }
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
      message: expect.stringContaining('does not contain all files of CIFAR-100'),
    });
  });
});
