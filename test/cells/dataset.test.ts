import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Preparation, prepareDataset } from '../../src/cells/dataset.ts';
import type { Part } from '../../src/kind/parts.ts';
import { readPart } from '../../src/learn/data/artifact.ts';
import type { Dataset } from '../../src/learn/data/dataset.ts';
import { project, temporaryFolder } from '../learn/data/folder.ts';

const whole: Preparation = {
  ...{ name: 'synthetic', train: 0, test: 0, perClass: 0, validation: 0, classes: [], seed: 1 },
  ...{ resize: 0, crop: 0, rgb: false, folder: '.', testShare: 0.2, store: 'auto' },
};

const folder = temporaryFolder();

async function prepared(wanted: Partial<Preparation>, output = mkdtempSync(join(folder, 'part-'))) {
  return prepareDataset(
    { ...whole, ...wanted },
    { project: '.', home: project, dataDir: undefined },
    { workspace: output, output, cores: 0 },
  );
}

/** The artifact, read back. */
async function dataset(wanted: Partial<Preparation>) {
  const output = mkdtempSync(join(folder, 'part-'));
  await prepared(wanted, output);
  const file = (name: string) => join(output, name);
  return { train: await readPart(file, 'train'), test: await readPart(file, 'test') };
}

describe('the size of a part', () => {
  it('is all for 0, a fraction below 1, and a count above', async () => {
    expect(await prepared({})).toEqual({ train: 256, validation: 0, test: 128, classes: 4 });
    expect(await prepared({ train: 0.25, test: 40 })).toMatchObject({ train: 64, test: 40, classes: 4 });
  });

  it('is not 1, which an axis of fractions would mean as all of it', async () => {
    await expect(prepared({ train: 1.0 })).rejects.toMatchObject({ reason: 'bad-subset' });
    await expect(prepared({ test: 1 })).rejects.toMatchObject({ reason: 'bad-subset' });
  });

  it('can be so many training images of each class', async () => {
    expect(await prepared({ perClass: 3, test: 0.5 })).toMatchObject({ train: 12, test: 64, classes: 4 });
    await expect(prepared({ perClass: 100 })).rejects.toMatchObject({ reason: 'bad-subset' });
  });

  it('is given for training images in one way only', async () => {
    await expect(prepared({ train: 8, perClass: 2 })).rejects.toMatchObject({ reason: 'bad-subset' });
  });
});

describe('the validation part', () => {
  const parts = async (wanted: Partial<Preparation>) => {
    const output = mkdtempSync(join(folder, 'part-'));
    const counts = await prepared({ name: 'digits', ...wanted }, output);
    const read = (part: Part) => readPart((name) => join(output, name), part);
    return { counts, train: await read('train'), validation: await read('validation') };
  };
  const imagesOf = ({ images }: Dataset) =>
    Array.from({ length: images.length / 64 }, (_, i) => images.subarray(i * 64, (i + 1) * 64).join());

  it('is held out of the training images, and with the others it is all of them', async () => {
    const { counts, train, validation } = await parts({ validation: 0.2 });
    expect(counts).toEqual({ train: 1150, validation: 287, test: 360, classes: 10 });
    const all = await dataset({ name: 'digits' });
    expect([...imagesOf(train), ...imagesOf(validation)].sort()).toEqual(imagesOf(all.train).sort());
  });

  it('is the same however many of the other images are taken', async () => {
    const [all, few] = [await parts({ validation: 100 }), await parts({ validation: 100, train: 50 })];
    expect(few.validation).toEqual(all.validation);
    expect(imagesOf(few.train).every((image) => imagesOf(all.train).includes(image))).toBe(true);
  });

  it('is a choice of its own, not the images that a part of that size would have', async () => {
    const { validation } = await parts({ validation: 100 });
    expect(validation).not.toEqual((await dataset({ name: 'digits', train: 100 })).train);
  });
});

describe('some of the classes', () => {
  it('are kept with their images, numbered anew in the order given, by name or by number', async () => {
    const all = await dataset({ name: 'digits' });
    const some = await dataset({ name: 'digits', classes: ['7', 2] });
    expect([some.train.classes, some.test.classes]).toEqual([
      ['7', '2'],
      ['7', '2'],
    ]);
    for (const part of ['train', 'test'] as const) {
      const { labels, images } = all[part];
      const kept = [...labels.keys()].filter((index) => labels[index] === 7 || labels[index] === 2);
      expect([...some[part].labels]).toEqual(kept.map((index) => (labels[index] === 7 ? 0 : 1)));
      expect([...some[part].images]).toEqual(
        kept.flatMap((index) => [...images.subarray(index * 64, (index + 1) * 64)]),
      );
    }
  });

  it('are what a part is taken of', async () => {
    const { train } = await dataset({ name: 'digits', classes: [5, 6, 7, 8, 9], perClass: 4 });
    expect([0, 1, 2, 3, 4].map((k) => train.labels.filter((label) => label === k).length)).toEqual([
      ...[4, 4, 4, 4, 4],
    ]);
  });

  it('must be there, each once', async () => {
    await expect(prepared({ classes: ['class-1', 'class-9'] })).rejects.toMatchObject({
      reason: 'unknown-class',
      message: 'The data set has no class "class-9".',
    });
    await expect(prepared({ classes: [4] })).rejects.toMatchObject({ reason: 'unknown-class' });
    await expect(prepared({ classes: ['class-1', 1] })).rejects.toMatchObject({ reason: 'bad-classes' });
  });
});
