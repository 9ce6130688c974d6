import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { partFile } from '../../../src/kind/parts.ts';
import { readPart, writeDataset } from '../../../src/learn/data/artifact.ts';
import { select } from '../../../src/learn/data/dataset.ts';
import { synthetic } from '../../../src/learn/data/synthetic.ts';
import { temporaryFolder } from './folder.ts';

const folder = temporaryFolder();
const split = synthetic({ train: 7, test: 3, shape: [2, 3, 1], classes: 2, seed: 1, noise: 10 });
const inFolder = (name: string) => join(folder, name);

it('a data set written as an artifact comes back', async () => {
  await writeDataset(folder, 'synthetic', split);
  expect(await readPart(inFolder, 'train')).toEqual(split.train);
  expect(await readPart(inFolder, 'test')).toEqual(split.test);
  expect(JSON.parse(await readFile(inFolder('dataset.json'), 'utf8'))).toEqual({
    name: 'synthetic',
    classes: ['class-0', 'class-1'],
    shape: [2, 3, 1],
  });
});

it('an artifact is the same bytes each time', async () => {
  const other = join(folder, 'other');
  await mkdir(other);
  await writeDataset(folder, 'synthetic', split);
  await writeDataset(other, 'synthetic', split);
  for (const name of ['dataset.json', 'train.safetensors', 'test.safetensors']) {
    expect(await readFile(join(other, name))).toEqual(await readFile(inFolder(name)));
  }
});

it('a part does not depend on what another part holds', async () => {
  const other = join(folder, 'fewer');
  await mkdir(other);
  await writeDataset(folder, 'synthetic', split);
  await writeDataset(other, 'synthetic', { ...split, test: select(split.test, [0]) });
  for (const name of ['dataset.json', partFile('train')]) {
    expect(await readFile(join(other, name))).toEqual(await readFile(inFolder(name)));
  }
});

it('an artifact whose files do not fit together is refused', async () => {
  await writeDataset(folder, 'synthetic', split);
  const wider = join(folder, 'wider');
  await mkdir(wider);
  const shape = { train: 7, test: 3, classes: 2, seed: 1, noise: 10 };
  await writeDataset(wider, 'synthetic', synthetic({ ...shape, shape: [2, 4, 1] }));
  const files = (name: string) => join(name === 'dataset.json' ? folder : wider, name);
  await expect(readPart(files, 'train')).rejects.toMatchObject({
    reason: 'bad-dataset',
    message: expect.stringContaining('does not contain the images and labels'),
  });
  for (const text of ['', '[]', '{"name":"x"}']) {
    await writeFile(inFolder('dataset.json'), text);
    await expect(readPart(inFolder, 'test')).rejects.toMatchObject({ reason: 'bad-dataset' });
  }
});
