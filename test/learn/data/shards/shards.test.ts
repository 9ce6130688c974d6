import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Preparation, prepareDataset } from '../../../../src/cells/dataset.ts';
import { openPart } from '../../../../src/learn/data/artifact.ts';
import { cropAndFlip, drawChange } from '../../../../src/learn/data/augment.ts';
import { decoded } from '../../../../src/learn/data/decode.ts';
import { batchesOf, batchOf, statisticsOf } from '../../../../src/learn/data/examples.ts';
import { shaped } from '../../../../src/learn/data/image.ts';
import { imageWorkers } from '../../../../src/learn/data/shards/image-workers.ts';
import type { ShardedDataset } from '../../../../src/learn/data/shards/sharded-dataset.ts';
import { stream } from '../../../../src/learn/random/stream.ts';
import { flipBit, tamper } from '../../../cache/rig.ts';
import { artifactIn } from '../../../cells/artifact-in.ts';
import { project, temporaryFolder } from '../folder.ts';
import { photographNames, photographs } from './photographs.ts';

const root = temporaryFolder();
const count = 45;
const shaping = { resize: 18, crop: 16, rgb: false };
const wanted: Preparation = {
  ...{ name: 'image-folder', train: 0, test: 0, perClass: 0, validation: 6, classes: [], seed: 1 },
  ...{ ...shaping, folder: 'set', testShare: 0.25, store: 'encoded' },
};

const freshFolder = () => mkdtempSync(join(root, 'folder-'));

/** Makes the data set in a data folder, with shards of three or four images. */
async function prepared(
  dataDir: string,
  changes: Partial<Preparation> = {},
  mostDecoded?: number,
): Promise<string> {
  const output = freshFolder();
  const places = { project: root, home: project, dataDir };
  const options = { workspace: output, output, cores: 0, shardBytes: 2500, mostDecoded };
  await prepareDataset({ ...wanted, ...changes }, places, options);
  return output;
}

const open = (folder: string, part: 'train' | 'validation' | 'test' = 'train') =>
  openPart(artifactIn(folder), part, imageWorkers(0));

let dataDir = '';
let encoded = '';

beforeAll(async () => {
  dataDir = freshFolder();
  await photographs(join(dataDir, 'set'), count);
  encoded = await prepared(dataDir);
});

describe('a data set in shards', () => {
  it('gives for any order of images what decoding them gives, augmented or not', async () => {
    const examples = await open(await prepared(dataDir, { validation: 0 }));
    const paths = photographNames(count)
      .filter((name) => name.startsWith('train/'))
      .map((name) => join(dataDir, 'set', name));
    const images = await Promise.all(paths.map(async (path) => shaped(await decoded(path), shaping).data));
    const labels = paths.map((path) => (path.includes('/cat/') ? [1, 0] : [0, 1]));
    expect(examples.labels).toHaveLength(paths.length);
    const orders = fc.array(fc.nat(paths.length - 1), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(orders, fc.nat(3), fc.boolean(), fc.nat(), async (indices, pad, flip, seed) => {
        const random = () => stream(seed, 'augment');
        const batch = await batchOf(examples, { indices, augment: { pad, flip }, random: random() });
        const draws = random();
        const expected = indices.flatMap((index) => {
          const change = drawChange({ pad, flip }, draws);
          const image = cropAndFlip(images[index] ?? new Uint8Array(), examples.shape, change);
          return Array.from(image, (byte) => Math.fround(byte / 255));
        });
        expect(Array.from(batch.images.data)).toEqual(expected);
        expect(batch.images.shape).toEqual([indices.length, 16, 16, 3]);
        expect(Array.from(batch.labels.data)).toEqual(indices.flatMap((index) => labels[index] ?? []));
      }),
      { numRuns: 30 },
    );
  });

  it('has the parts, labels, classes and statistics of the same data set in memory', async () => {
    const decodedFolder = await prepared(dataDir, { store: 'decoded' });
    for (const part of ['train', 'validation', 'test'] as const) {
      const [one, other] = [await open(encoded, part), await open(decodedFolder, part)];
      expect(one.labels).toEqual(other.labels);
      expect([one.classes, one.shape]).toEqual([other.classes, other.shape]);
      const all = { indices: one.labels.map((_, index) => index) };
      expect(await batchOf(one, all)).toEqual(await batchOf(other, all));
      const [exact, inMemory] = [statisticsOf(one), statisticsOf(other)];
      for (const key of ['mean', 'std'] as const) {
        for (const [channel, value] of inMemory[key].entries())
          expect(exact[key][channel]).toBeCloseTo(value, 12);
      }
    }
  });

  it('is the image files one after the other, in shards of at most the given size', async () => {
    const names = readFileSync(join(encoded, 'train/names.txt'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const shards = readdirSync(join(encoded, 'train'))
      .filter((name) => name.endsWith('.shard'))
      .sort();
    expect(shards.length).toBeGreaterThan(3);
    for (const shard of shards)
      expect(statSync(join(encoded, 'train', shard)).size).toBeLessThanOrEqual(2500);
    const files = names.map((name) => readFileSync(join(dataDir, 'set', name)));
    const stored = shards.map((name) => readFileSync(join(encoded, 'train', name)));
    expect(Buffer.concat(stored).equals(Buffer.concat(files))).toBe(true);
  });

  it('is the same bytes each time, and a part does not depend on another', async () => {
    const bytes = (folder: string, under: string) =>
      readdirSync(join(folder, under)).map((name) => [
        name,
        readFileSync(join(folder, under, name), 'base64'),
      ]);
    const again = await prepared(dataDir, { test: 4 });
    expect(bytes(again, 'train')).toEqual(bytes(encoded, 'train'));
    expect(readFileSync(join(again, 'dataset.json'))).toEqual(readFileSync(join(encoded, 'dataset.json')));
    expect(bytes(again, 'test')).not.toEqual(bytes(encoded, 'test'));
  });

  it('knows no image beyond the last one', async () => {
    const examples = await open(encoded);
    for (const index of [-1, examples.labels.length]) {
      await expect(batchOf(examples, { indices: [index] })).rejects.toThrow(RangeError);
    }
  });

  it('keeps no more batches in memory than it says, however long the loop is', async () => {
    const examples = (await open(encoded)) as ShardedDataset;
    let started = 0;
    const counting: ShardedDataset = {
      ...examples,
      ahead: 3,
      read(...given) {
        started += 1;
        return examples.read(...given);
      },
    };
    const take = batchesOf(counting, 20, (batch) => ({ indices: [batch % 5] }));
    for (let batch = 0; batch < 20; batch += 1) {
      await take(batch);
      expect(started).toBe(Math.min(batch + 3, 20));
    }
  });

  it('is made of an image folder that would have more pixels than is allowed in memory', async () => {
    const bytes = count * 16 * 16 * 3;
    const isSharded = async (mostDecoded: number) =>
      existsSync(join(await prepared(dataDir, { store: 'auto' }, mostDecoded), 'train/index.safetensors'));
    expect([await isSharded(bytes), await isSharded(bytes - 1)]).toEqual([false, true]);
  });
});

describe('a shard that is damaged', () => {
  const damaged = async (harm: (folder: string) => void | Promise<void>) => {
    const folder = await prepared(dataDir);
    await harm(join(folder, 'train'));
    const examples = await open(folder);
    return batchOf(examples, { indices: [0, 1, 2, 3] });
  };
  const shard = '00000.shard';

  it.each<[string, (folder: string) => void | Promise<void>, RegExp]>([
    ['is missing', (folder) => rmSync(join(folder, shard)), /has no train\/00000\.shard/],
    [
      'is cut off',
      (folder) => truncateSync(join(folder, shard), 100),
      /train\/00000\.shard .* has 100 bytes instead of/,
    ],
    [
      'has another bit',
      (folder) => tamper(join(folder, shard), flipBit),
      /The image "train\/cat\/\d+\.\w+" cannot be read from train\/00000\.shard: .* has other bytes/,
    ],
    ['has no index', (folder) => rmSync(join(folder, 'index.safetensors')), /index\.safetensors/],
    [
      'has half an index',
      (folder) => truncateSync(join(folder, 'index.safetensors'), 300),
      /index\.safetensors/,
    ],
  ])('%s: the message says which, and of which image', async (_, harm, message) => {
    await expect(damaged(harm)).rejects.toMatchObject({
      name: 'Failure',
      message: expect.stringMatching(message),
    });
  });

  it('is named with the number of the image if the names are lost too', async () => {
    const folder = await prepared(dataDir);
    const examples = await open(folder);
    rmSync(join(folder, 'train'), { recursive: true });
    await expect(batchOf(examples, { indices: [2] })).rejects.toMatchObject({
      reason: 'bad-dataset',
      message: expect.stringMatching(
        /The image 2 cannot be read from train\/00000\.shard: .* cannot be opened/,
      ),
    });
  });

  it('leaves the images of other shards as they are', async () => {
    const folder = await prepared(dataDir);
    const last = { indices: [(await open(folder)).labels.length - 1] };
    const before = await batchOf(await open(folder), last);
    tamper(join(folder, 'train', shard), flipBit);
    expect(await batchOf(await open(folder), last)).toEqual(before);
  });

  it('is cut off after it was opened: the message names the image', async () => {
    const folder = await prepared(dataDir);
    const examples = await open(folder);
    truncateSync(join(folder, 'train', shard), 10);
    await expect(batchOf(examples, { indices: [1, 0] })).rejects.toMatchObject({
      reason: 'bad-dataset',
      message: expect.stringMatching(/The image "train\/cat\/\d+\.jpg" cannot be read .* cut off/),
    });
  });
});

describe('making shards of a folder', () => {
  const name = 'train/dog/001.jpg';
  const broken = async (harm: (path: string) => void, changes: Partial<Preparation> = {}) => {
    const own = freshFolder();
    await photographs(join(own, 'set'), 12);
    harm(join(own, 'set', name));
    return prepared(own, { validation: 0, ...changes });
  };

  it.each<[string, (path: string) => void, string]>([
    ['is empty', (path) => writeFileSync(path, ''), 'is empty'],
    ['is cut off', (path) => truncateSync(path, statSync(path).size - 20), 'cut off'],
    ['is no image', (path) => writeFileSync(path, 'no image'), 'no image'],
  ])('names the file if an image %s', async (_, harm, what) => {
    await expect(broken(harm)).rejects.toMatchObject({
      reason: 'bad-data-file',
      message: expect.stringMatching(new RegExp(`${name}.* ${what}`)),
    });
  });

  it('names the images if two have different sizes', async () => {
    await expect(broken(() => {}, { crop: 0 })).rejects.toMatchObject({
      reason: 'different-sizes',
      message: expect.stringContaining('train/'),
    });
  });

  it('names an image that is deleted in the meantime', async () => {
    const own = freshFolder();
    await photographs(join(own, 'set'), 24);
    const places = { project: root, home: project, dataDir: own };
    const output = freshFolder();
    // The training images are written when this is called first.
    const onImages = () => rmSync(join(own, 'set/val/cat/002.jpg'), { force: true });
    const options = { workspace: output, output, cores: 0, onImages };
    await expect(prepareDataset(wanted, places, options)).rejects.toMatchObject({
      reason: 'no-such-file',
      message: expect.stringMatching(/val\/cat\/002\.jpg is gone/),
    });
  });
});
