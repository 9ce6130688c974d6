import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCifar } from '../../../src/learn/data/cifar.ts';
import { cifar10Classes, cifar100Classes } from '../../../src/learn/data/cifar-classes.ts';
import { digitsPath, readDigits } from '../../../src/learn/data/digits.ts';
import { readIdx, readIdxDataset } from '../../../src/learn/data/idx.ts';
import { project, temporaryFolder } from './folder.ts';

const folder = temporaryFolder();
const path = join(folder, 'file');

/** Writes the bytes and gives back their path. */
async function stored(bytes: Uint8Array | string, name = 'file'): Promise<string> {
  await writeFile(join(folder, name), bytes);
  return join(folder, name);
}

const bad = (message: string) => ({ reason: 'bad-data-file', message: expect.stringContaining(message) });

describe('the digits', () => {
  it('are split 1,437 to 360, and each class has its published frequency', async () => {
    const { train, test } = await readDigits(digitsPath(project));
    expect(train.shape).toEqual([8, 8, 1]);
    expect([train.labels.length, test.labels.length]).toEqual([1437, 360]);
    expect([train.images.length, test.images.length]).toEqual([1437 * 64, 360 * 64]);
    const all = [...train.labels, ...test.labels];
    const counts = train.classes.map((_, digit) => all.filter((label) => label === digit).length);
    // optdigits.names, class distribution of the testing set
    expect(counts).toEqual([178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
  });

  it('have bytes from which the values of 0 to 16 come back', async () => {
    const { train } = await readDigits(digitsPath(project));
    expect([...train.images.subarray(0, 8)]).toEqual([0, 0, 80, 207, 143, 16, 0, 0]); // 0 0 5 13 9 1 0 0
    expect(new Set(train.images).size).toBe(17);
    expect(Math.max(...train.images)).toBe(255);
    expect(train.labels[0]).toBe(0);
  });

  it('are refused if a row is missing, short, out of range or no number', async () => {
    const lines = gunzipSync(await readFile(digitsPath(project)))
      .toString()
      .trimEnd()
      .split('\n');
    const changed = (row: number, line: string) =>
      [...lines.slice(0, row), line, ...lines.slice(row + 1)].join('\n');
    const cases: [string, string][] = [
      [lines.slice(1).join('\n'), 'has 1796 rows instead of 1797'],
      [changed(4, '1,2,3'), 'has 3 values in row 5 instead of 65'],
      [changed(1, `17${lines[1]?.slice(1)}`), 'has "17" in row 2 instead of 0 to 16'],
      [changed(1, `x${lines[1]?.slice(1)}`), 'has "x" in row 2 instead of 0 to 16'],
      [changed(2, `${lines[2]}0`), 'has no label of 0 to 9 in row 3'],
    ];
    for (const [text, message] of cases) {
      await expect(readDigits(await stored(text))).rejects.toMatchObject(bad(message));
    }
  });

  it('are refused if the compressed file is cut off', async () => {
    const bytes = await readFile(digitsPath(project));
    await stored(bytes.subarray(0, bytes.length - 100));
    await expect(readDigits(path)).rejects.toMatchObject(bad(`${path} is cut off or damaged`));
  });
});

/** A CIFAR record whose pixel p has red p, green p + 1, blue p + 2 (mod 256). */
function record(...labels: number[]): number[] {
  const planes = [0, 1, 2].flatMap((channel) => Array.from({ length: 1024 }, (_, p) => (p + channel) % 256));
  return [...labels, ...planes];
}

describe('a CIFAR file', () => {
  it('is read from planes into pixels, files one after the other', async () => {
    const first = await stored(Uint8Array.from([...record(3), ...record(9)]), 'first');
    const second = await stored(Uint8Array.from(record(0)), 'second');
    const dataset = await readCifar('cifar10', [
      { path: first, records: 2 },
      { path: second, records: 1 },
    ]);
    expect([...dataset.labels]).toEqual([3, 9, 0]);
    expect(dataset.shape).toEqual([32, 32, 3]);
    for (const p of [0, 1, 255, 1023, 1024 + 33]) {
      const at = p * 3;
      const value = p % 1024;
      expect([...dataset.images.subarray(at, at + 3)]).toEqual([0, 1, 2].map((c) => (value + c) % 256));
    }
  });

  it('of CIFAR-100 gives the fine label', async () => {
    await stored(Uint8Array.from(record(19, 99)));
    const dataset = await readCifar('cifar100', [{ path, records: 1 }]);
    expect(dataset.classes[dataset.labels[0] ?? 0]).toBe('worm');
  });

  it('is refused if it is too short, too long, or has an unknown label', async () => {
    await stored(Uint8Array.from(record(3)).subarray(0, 3000));
    await expect(readCifar('cifar10', [{ path, records: 1 }])).rejects.toMatchObject(
      bad(`${path} has 3000 bytes instead of 3073 (1 records of 3073)`),
    );
    await stored(Uint8Array.from([...record(3), 0]));
    await expect(readCifar('cifar10', [{ path, records: 1 }])).rejects.toMatchObject(bad('3074 bytes'));
    await stored(Uint8Array.from([...record(3), ...record(10)]));
    await expect(readCifar('cifar10', [{ path, records: 2 }])).rejects.toMatchObject(
      bad('has label 10 at byte 3073; 9 is the last'),
    );
  });

  it('that is not there is called so', async () => {
    const missing = join(folder, 'none');
    await expect(readCifar('cifar10', [{ path: missing, records: 1 }])).rejects.toMatchObject({
      reason: 'no-such-file',
      message: expect.stringContaining(missing),
    });
  });

  it('has 10 or 100 classes', () => {
    expect(cifar10Classes).toHaveLength(10);
    expect(new Set(cifar100Classes).size).toBe(100);
    expect(cifar100Classes).toEqual([...cifar100Classes].sort());
  });

  const shared = join(project, '..', 'shared', 'data', 'cifar10', 'test_batch.bin.xz');
  it.skipIf(!existsSync(shared))('that is the real test set has its published statistics', async () => {
    const xz = spawnSync('xz', ['-dc', shared], { maxBuffer: 2 ** 26 });
    if (xz.error) return; // no xz on this machine
    await stored(xz.stdout);
    const { images, labels } = await readCifar('cifar10', [{ path, records: 10_000 }]);
    const counts = cifar10Classes.map((_, label) => labels.filter((other) => other === label).length);
    expect(counts).toEqual(new Array(10).fill(1000));
    expect([...labels.subarray(0, 5)]).toEqual([3, 8, 8, 0, 6]); // cat, ship, ship, airplane, frog
    const sums = [0, 0, 0];
    for (let k = 0; k < images.length; k += 3)
      for (const c of [0, 1, 2]) sums[c] = (sums[c] ?? 0) + (images[k + c] ?? 0);
    const means = sums.map((sum) => sum / (images.length / 3) / 255);
    // Means of the test set as commonly given: 0.4942, 0.4851, 0.4504
    expect(means.map((mean) => Number(mean.toFixed(3)))).toEqual([0.494, 0.485, 0.45]);
  });
});

function idx(shape: number[], data: Uint8Array, type = 8): Uint8Array {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.set([0, 0, type, shape.length]);
  for (const [k, size] of shape.entries()) header.writeUInt32BE(size, 4 + 4 * k);
  return Buffer.concat([header, data]);
}

describe('an IDX file', () => {
  it('gives back shape and data, compressed or not', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }),
        fc.boolean(),
        async (shape, gz) => {
          const size = shape.reduce((product, length) => product * length, 1);
          const data = Uint8Array.from({ length: size }, (_, k) => k);
          const bytes = idx(shape, data);
          await stored(gz ? gzipSync(bytes) : bytes);
          expect(await readIdx(path)).toEqual({ shape, data });
        },
      ),
      { numRuns: 50 },
    );
  });

  it('is refused wherever it is cut off', async () => {
    const whole = idx([2, 3], Uint8Array.of(1, 2, 3, 4, 5, 6));
    for (let length = 0; length < whole.length; length += 1) {
      await stored(whole.subarray(0, length));
      await expect(readIdx(path)).rejects.toMatchObject({ reason: 'bad-data-file' });
    }
    await stored(whole.subarray(0, whole.length - 1));
    await expect(readIdx(path)).rejects.toMatchObject(
      bad('has 17 bytes instead of 18 (2 × 3 after the header)'),
    );
  });

  it('is refused if it holds no bytes or does not begin as one', async () => {
    await stored(idx([1], Uint8Array.of(0), 13));
    await expect(readIdx(path)).rejects.toMatchObject(bad('holds IDX type 13'));
    await stored(Uint8Array.of(1, 0, 8, 1, 0, 0, 0, 0));
    await expect(readIdx(path)).rejects.toMatchObject(bad('is not an IDX file'));
  });
});

describe('a data set of IDX files', () => {
  const images = () => stored(idx([2, 2, 1], Uint8Array.of(1, 2, 3, 4)), 'images');
  const labels = (...values: number[]) => stored(idx([values.length], Uint8Array.from(values)), 'labels');
  const classes = ['a', 'b'];

  it('has one channel', async () => {
    const dataset = await readIdxDataset({ images: await images(), labels: await labels(1, 0) }, classes, 2);
    expect(dataset).toEqual({
      images: Uint8Array.of(1, 2, 3, 4),
      labels: Int32Array.of(1, 0),
      shape: [2, 1, 1],
      classes,
    });
  });

  it('is refused if images and labels do not fit together', async () => {
    const paths = { images: await images(), labels: await labels(1) };
    await expect(readIdxDataset(paths, classes)).rejects.toMatchObject(bad('has 1 labels for the 2 images'));
    await labels(1, 2);
    await expect(readIdxDataset(paths, classes)).rejects.toMatchObject(bad('has label 2; 1 is the last'));
    await expect(readIdxDataset(paths, classes, 3)).rejects.toMatchObject(bad('has 2 images instead of 3'));
    const swapped = { images: paths.labels, labels: paths.images };
    await expect(readIdxDataset(swapped, classes)).rejects.toMatchObject(
      bad('has 1 dimensions instead of 3'),
    );
  });
});
