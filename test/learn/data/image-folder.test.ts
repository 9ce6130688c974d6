import { existsSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { type Preparation, prepareDataset } from '../../../src/cells/dataset.ts';
import { readPart } from '../../../src/learn/data/artifact.ts';
import { decoded } from '../../../src/learn/data/decode.ts';
import { listImages, locateImages } from '../../../src/learn/data/image-folder.ts';
import { project, temporaryFolder } from './folder.ts';

const home = temporaryFolder();
const wanted: Preparation = {
  ...{ name: 'image-folder', train: 0, test: 0, perClass: 0, validation: 0, classes: [], seed: 1 },
  ...{ resize: 0, crop: 0, rgb: false, folder: 'set', testShare: 0.25, store: 'auto' },
};

/** A plain JPEG: what comes back differs from the colour by what JPEG loses. */
function jpeg(colour: readonly number[], side = 16): Promise<Buffer> {
  return encoded(side, (at) => colour[at % 3] ?? 0);
}

function encoded(side: number, value: (at: number) => number): Promise<Buffer> {
  const pixels = Uint8Array.from({ length: side * side * 3 }, (_, at) => value(at));
  return sharp(pixels, { raw: { width: side, height: side, channels: 3 } })
    .jpeg({ quality: 100 })
    .toBuffer();
}

const red = await jpeg([250, 10, 20]);
const blue = await jpeg([10, 20, 250]);
const noisy = await encoded(64, (at) => at * 7919);

/** A data folder with these files in its folder `set`. */
function dataDir(files: Record<string, Uint8Array | string>): string {
  const dir = mkdtempSync(join(home, 'data-'));
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, 'set', name)), { recursive: true });
    writeFileSync(join(dir, 'set', name), bytes);
  }
  return dir;
}

const places = (dir: string | undefined) => ({ project: home, home: project, dataDir: dir });
const locate = (dir: string, classes: Preparation['classes'] = []) =>
  locateImages({ folder: 'set', classes }, places(dir)).map(({ name }) => name);
const parted = { 'train/a/1.JPEG': red, 'train/b/2.jpg': blue, 'val/a/3.JPEG': red, 'val/b/4.jpeg': blue };

async function prepared(dir: string, changes: Partial<Preparation> = {}, told: string[] = []) {
  const output = mkdtempSync(join(home, 'output-'));
  const warn = (name: string, message: string) => void told.push(`${name}: ${message}`);
  await prepareDataset({ ...wanted, ...changes }, places(dir), { workspace: output, output, cores: 0, warn });
  const file = (name: string) => join(output, name);
  return { train: await readPart(file, 'train'), test: await readPart(file, 'test') };
}

describe('listing an image folder', () => {
  it('names the images of both parts, and nothing else', () => {
    const dir = dataDir({
      ...parted,
      'train/a/notes.txt': '',
      'train/a/.DS_Store': '',
      'train/classes.json': '',
      'README.md': '',
    });
    expect(locate(dir)).toEqual(['train/a/1.JPEG', 'train/b/2.jpg', 'val/a/3.JPEG', 'val/b/4.jpeg']);
  });

  it('names files of all types that the ImageFolder of torchvision reads, in any case', () => {
    const types = ['jpg', 'jpeg', 'png', 'ppm', 'bmp', 'pgm', 'tif', 'tiff', 'webp'];
    const names = [...types, ...types.map((type) => type.toUpperCase())].map((type) => `a/${type}.${type}`);
    expect(locate(dataDir(Object.fromEntries(names.map((name) => [name, '']))))).toEqual(names.sort());
  });

  it('looks below the folders of classes, and for test/ where there is no val/', () => {
    const dir = dataDir({ 'train/a/images/1.JPEG': red, 'test/a/2.JPEG': red });
    expect(locate(dir)).toEqual(['train/a/images/1.JPEG', 'test/a/2.JPEG']);
  });

  it('takes the order of names and not that of the disk', () => {
    const dir = dataDir({ 'b/10.jpg': '', 'b/9.jpg': '', 'a/2.jpg': '', 'B/1.jpg': '' });
    expect(locate(dir)).toEqual(['B/1.jpg', 'a/2.jpg', 'b/10.jpg', 'b/9.jpg']);
  });

  it('names the images of wanted classes alone, and lets the others be without', () => {
    const dir = dataDir({ ...parted, 'train/c/notes.txt': '', 'val/c/1.jpg': '' });
    expect(locate(dir, ['b'])).toEqual(['train/b/2.jpg', 'val/b/4.jpeg']);
    expect(locate(dir, [1, 'a'])).toEqual(locate(dir, ['a', 'b']));
    expect(() => locate(dir, ['c'])).toThrow(expect.objectContaining({ reason: 'bad-image-folder' }));
  });

  it('refuses a number that is also the name of another class', () => {
    const dir = dataDir({ '0/1.jpg': '', '10/1.jpg': '', '3/1.jpg': '' });
    expect(locate(dir, [0, '3'])).toEqual(['0/1.jpg', '3/1.jpg']);
    expect(locate(dir, [1])).toEqual(['10/1.jpg']);
    for (const ambiguous of [3, 10]) {
      expect(() => locate(dir, [ambiguous])).toThrow(expect.objectContaining({ reason: 'bad-classes' }));
    }
  });

  it('follows links, and names those that lead nowhere or round', () => {
    const dir = dataDir({ 'a/1.jpg': '', 'b/1.jpg': '' });
    const link = (to: string, name: string) => symlinkSync(to, join(dir, 'set', name));
    const refused = (name: string) =>
      expect(() => locate(dir)).toThrow(
        expect.objectContaining({
          reason: 'bad-image-folder',
          message: expect.stringContaining(join(dir, 'set', name)),
        }),
      );
    link('../b/1.jpg', 'a/2.jpg');
    link('b', 'c');
    expect(locate(dir)).toEqual(['a/1.jpg', 'a/2.jpg', 'b/1.jpg', 'c/1.jpg']);
    link('../../set', 'b/round');
    refused('b/round');
    expect(locate(dir, ['a'])).toHaveLength(2);
    link('3.jpg', 'a/3.jpg');
    refused('a/3.jpg');
    link('nothing', 'a/0.jpg');
    refused('a/0.jpg');
  });

  it('takes hidden folders and images as it takes others', () => {
    const dir = dataDir({ '.a/1.jpg': '', 'b/.1.jpg': '', 'b/.c/1.jpg': '' });
    expect(locate(dir)).toEqual(['.a/1.jpg', 'b/.1.jpg', 'b/.c/1.jpg']);
    mkdirSync(join(dir, 'set/.ipynb_checkpoints'));
    expect(() => locate(dir)).toThrow(
      expect.objectContaining({ message: expect.stringContaining('.ipynb_checkpoints has no images') }),
    );
  });

  it('knows a name in any of its Unicode forms, and refuses two that differ in nothing else', () => {
    const [composed, decomposed] = ['caf\u00e9', 'cafe\u0301'];
    const parts = { [`train/${decomposed}/1.jpg`]: '', 'train/cafz/1.jpg': '' };
    const dir = dataDir({ ...parted, ...parts, [`val/${composed}/1.jpg`]: '', 'val/cafz/1.jpg': '' });
    const names = [`train/${composed}/1.jpg`, `val/${composed}/1.jpg`];
    for (const name of [composed, decomposed]) expect(locate(dir, [name])).toEqual(names);
    // In the order of the composed form, whatever the disk has.
    expect(locate(dir, [3])).toEqual(names);
    expect(locateImages({ folder: 'set', classes: [3] }, places(dir))).toMatchObject([
      { path: join(dir, 'set/train', decomposed, '1.jpg') },
      { path: join(dir, 'set/val', composed, '1.jpg') },
    ]);
    const two = dataDir({ [`${composed}/1.jpg`]: '', [`${decomposed}/1.jpg`]: '' });
    expect(() => locate(two)).toThrow(expect.objectContaining({ reason: 'bad-image-folder' }));
  });

  it('takes a class that is called train, which has images where a part has folders', () => {
    const dir = dataDir({ 'plane/1.jpg': '', 'train/1.jpg': '', 'train/old/2.jpg': '' });
    expect(locate(dir)).toEqual(['plane/1.jpg', 'train/1.jpg', 'train/old/2.jpg']);
  });

  it.each([
    'Train Test',
    'training validation',
    'train Val',
    'train valid',
    'training_set test_set',
    'val extra',
    'Test',
  ])('refuses the folders %s, which look like parts, with what they should be called', (names) => {
    const dir = dataDir(
      Object.fromEntries(
        names.split(' ').flatMap((name) => [
          [`${name}/a/1.jpg`, ''],
          [`${name}/b/1.jpg`, ''],
        ]),
      ),
    );
    expect(() => locate(dir)).toThrow(
      expect.objectContaining({
        reason: 'bad-image-folder',
        message: expect.stringMatching(new RegExp(`Its folders: ${names.split(' ').sort().join(', ')}\\.$`)),
        hint: expect.stringContaining('Name the parts train and val'),
      }),
    );
  });

  it('refuses parts whose images are in no folders of classes', () => {
    expect(() => locate(dataDir({ 'Train/1.jpg': '', 'Test/1.jpg': '' }))).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('Name the parts train and val') }),
    );
    expect(() => locate(dataDir({ 'train/1.jpg': '', 'val/1.jpg': '' }))).toThrow(
      expect.objectContaining({
        message: expect.stringContaining('train has no folders of classes, only images'),
      }),
    );
  });

  it.each([
    [['a/1.jpg', 'b/1.jpg'], 'wrapper', 'set/wrapper'],
    [['train/a/1.jpg', 'val/a/1.jpg'], 'wrapper', 'set/wrapper'],
    [['a/1.jpg', 'b/1.jpg'], 'one/two', 'set/one/two'],
  ])('refuses a lone folder around that of the data set', (files, wrapper, inner) => {
    const dir = dataDir(Object.fromEntries(files.map((name) => [`${wrapper}/${name}`, ''])));
    expect(() => locate(dir)).toThrow(
      expect.objectContaining({ reason: 'bad-image-folder', hint: `Give \`folder: ${inner}\`.` }),
    );
    const parts = ['train', 'val'].flatMap((part) => files.map((name) => [`${part}/${wrapper}/${name}`, '']));
    expect(() => locate(dataDir(Object.fromEntries(parts)))).toThrow(
      expect.objectContaining({
        message: expect.stringContaining(`a single folder, ${wrapper}, which has folders`),
      }),
    );
  });

  it('names a file where a folder should be', () => {
    const dir = mkdtempSync(join(home, 'data-'));
    writeFileSync(join(dir, 'set'), '');
    expect(() => locate(dir)).toThrow(
      expect.objectContaining({ reason: 'bad-image-folder', message: `${join(dir, 'set')} is no folder.` }),
    );
  });

  it.each([
    ['a class without images', { 'a/1.jpg': '', 'b/notes.txt': '' }, 'has no images'],
    ['no folders of classes', { '1.jpg': '' }, 'has no folders of classes'],
    ['a train/ without a val/', { 'train/a/1.jpg': '' }, 'neither val nor test'],
    ['a class that differs', { ...parted, 'val/c/1.jpg': '' }, 'the class c is in only one of them.'],
    [
      'classes that differ',
      { ...parted, 'val/c/1.jpg': '', 'train/d/1.jpg': '' },
      'the class d is in only one of them, as is 1 other.',
    ],
  ])('refuses %s', (_, files, message) => {
    expect(() => locate(dataDir(files))).toThrow(
      expect.objectContaining({ reason: 'bad-image-folder', message: expect.stringContaining(message) }),
    );
  });

  it('tells of a folder that is not there', () => {
    for (const dir of [undefined, home]) {
      expect(() => listImages({ folder: 'elsewhere', classes: [] }, places(dir))).toThrow(
        expect.objectContaining({ reason: 'data-not-found' }),
      );
    }
  });
});

describe('warnings of an image folder', () => {
  it('say which files are left out, which are part of what the data set is known by', async () => {
    const dir = dataDir({
      ...parted,
      'train/a/2.gif': '',
      'train/b/3.JFIF': '',
      'val/a/4': '',
      'val/5.jpg': '',
    });
    const told: string[] = [];
    const { train, test } = await prepared(dir, {}, told);
    expect([train.labels.length, test.labels.length]).toEqual([2, 2]);
    expect(told).toEqual([
      'unread-files: Files left out: 3 (train/a/2.gif, train/b/3.JFIF, val/a/4). Their types are not read: .gif, .jfif, none.',
      'images-without-class: Files left out: 1 (val/5.jpg). They are images in no folder of a class.',
    ]);
    expect(locate(dir)).toEqual(
      expect.arrayContaining(['train/a/2.gif', 'train/b/3.JFIF', 'val/a/4', 'val/5.jpg']),
    );
  });

  it('say where there is one class alone', async () => {
    const told: string[] = [];
    await prepared(dataDir({ 'train/a/1.jpg': red, 'val/a/1.jpg': red }), {}, told);
    expect(told).toEqual([
      'one-class: All images are of one class, a: every model has an accuracy of 100 %.',
    ]);
  });

  it('say where the classes may lie a level deeper', async () => {
    const files = { 'p/a/1.jpg': red, 'p/b/1.jpg': red, 'q/a/1.jpg': red, 'q/b/1.jpg': red };
    const told: string[] = [];
    await prepared(dataDir(files), { testShare: 0.5 }, told);
    expect(told).toEqual([expect.stringMatching(/^nested-classes: No class .* such as p\/a\/1.jpg\./)]);
    told.length = 0;
    await prepared(dataDir({ ...files, 'p/1.jpg': red }), { testShare: 0.4 }, told);
    const tiny = {
      'p/images/1.jpg': red,
      'p/images/2.jpg': red,
      'q/images/1.jpg': red,
      'q/images/2.jpg': red,
    };
    await prepared(dataDir(tiny), { testShare: 0.5 }, told);
    expect(told).toEqual([]);
  });
});

describe('reading an image folder', () => {
  it('decodes both parts, with the folders as classes', async () => {
    const { train, test } = await prepared(dataDir(parted));
    for (const part of [train, test]) {
      expect([part.shape, part.classes, [...part.labels]]).toEqual([
        [16, 16, 3],
        ['a', 'b'],
        [0, 1],
      ]);
      const colours = [part.images.subarray(0, 3), part.images.subarray(768, 771)];
      for (const [index, colour] of [
        [250, 10, 20],
        [10, 20, 250],
      ].entries()) {
        for (const [channel, value] of colour.entries()) {
          expect(Math.abs((colours[index]?.[channel] ?? 0) - value)).toBeLessThan(4);
        }
      }
    }
  });

  it('resizes and crops images of different sizes, which are refused as they are', async () => {
    const dir = dataDir({ ...parted, 'val/b/4.jpeg': await jpeg([1, 2, 3], 24) });
    const shaped = await prepared(dir, { resize: 12, crop: 8 });
    expect([shaped.train.shape, shaped.test.shape]).toEqual([
      [8, 8, 3],
      [8, 8, 3],
    ]);
    await expect(prepared(dir)).rejects.toMatchObject({ reason: 'different-sizes' });
    const between = dataDir({
      ...parted,
      'val/a/3.JPEG': await jpeg([1, 2, 3], 24),
      'val/b/4.jpeg': await jpeg([1, 2, 3], 24),
    });
    await expect(prepared(between)).rejects.toMatchObject({ reason: 'different-sizes' });
  });

  it('decodes only what is wanted', async () => {
    const dir = dataDir({ ...parted, 'train/c/1.jpg': 'no image', 'val/c/1.jpg': 'no image' });
    expect((await prepared(dir, { classes: ['b', 'a'] })).train.classes).toEqual(['b', 'a']);
  });

  it('splits a folder without parts by class, alike for every seed and whichever classes are wanted', async () => {
    const places = [0, 1, 2, 3, 4, 5, 6, 7];
    const [a, b] = [places.map((k) => 10 + 10 * k), places.map((k) => 150 + 10 * k)];
    const filesOf = (name: string, grays: number[]) =>
      grays.map(async (gray, k) => [`${name}/${k}.jpg`, await jpeg([gray, gray, gray], 1)] as const);
    const two = Object.fromEntries(await Promise.all([...filesOf('a', a), ...filesOf('b', b)]));
    const { train, test } = await prepared(dataDir(two));
    expect([...train.labels, ...test.labels]).toEqual([...Array(6).fill(0), ...Array(6).fill(1), 0, 0, 1, 1]);
    const grays = (part: typeof train) => [...part.images].filter((_, at) => at % 3 === 0);
    // Each image is in one of the parts, with the label of its class: lighter ones are of b.
    expect([...grays(train), ...grays(test)].sort((x, y) => x - y)).toEqual([...a, ...b]);
    for (const part of [train, test]) {
      expect(grays(part).map((gray) => (gray < 100 ? 0 : 1))).toEqual([...part.labels]);
    }
    // Not the same places of both.
    const held = grays(test);
    expect(held.slice(0, 2).map((gray) => gray - 10)).not.toEqual(held.slice(2).map((gray) => gray - 150));
    expect((await prepared(dataDir(two), { seed: 2 })).test).toEqual(test);
    // Another folder before it, of one image, which could not be split.
    const three = dataDir({ ...two, 'Z/1.jpg': red });
    expect(grays((await prepared(three, { classes: ['b'] })).test)).toEqual(held.slice(2));
    await expect(prepared(three)).rejects.toMatchObject({ reason: 'bad-image-folder' });
  });

  it.each([
    ['cut off', noisy.subarray(0, noisy.length / 2)],
    ['cut off in its header', red.subarray(0, 100)],
    ['no image', Buffer.from('<html>not found</html>')],
    ['empty', Buffer.alloc(0)],
  ])('names a file that is %s', async (_, bytes) => {
    const dir = dataDir({ ...parted, 'train/b/2.jpg': bytes });
    await expect(prepared(dir)).rejects.toMatchObject({
      reason: 'bad-data-file',
      message: expect.stringContaining(join(dir, 'set/train/b/2.jpg')),
    });
  });

  it('makes gray, CMYK and transparent images three channels', async () => {
    const gray = Uint8Array.from({ length: 64 }, (_, at) => at);
    const raw = sharp(gray, { raw: { width: 8, height: 8, channels: 1 } });
    const dir = dataDir({
      'a/gray.png': await raw.clone().toColourspace('b-w').png().toBuffer(),
      'a/alpha.png': await raw.clone().toColourspace('srgb').ensureAlpha(0.5).png().toBuffer(),
      'a/cmyk.jpg': await sharp(red).toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer(),
    });
    const read = (name: string) => decoded(join(dir, 'set/a', name));
    const tripled = {
      data: Uint8Array.from({ length: 192 }, (_, at) => Math.floor(at / 3)),
      shape: [8, 8, 3],
    };
    expect(await read('gray.png')).toEqual(tripled);
    expect(await read('alpha.png')).toEqual(tripled);
    const cmyk = await read('cmyk.jpg');
    expect([cmyk.shape, cmyk.data.length]).toEqual([[16, 16, 3], 768]);
  });
});

const sample = process.env.RETABLE_IMAGENET_SAMPLE ?? '';
describe.skipIf(!existsSync(sample))('a sample of ImageNet', () => {
  it('is read whole', async () => {
    const { train, test } = await prepared(dirname(sample), { folder: sample.split('/').pop() ?? '' });
    expect([train.shape, train.classes.length, train.labels.length, test.labels.length]).toEqual([
      ...[[64, 64, 3], 10, 150, 50],
    ]);
  });
});
