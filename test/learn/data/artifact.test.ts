import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readDataset, writeDataset } from '../../../src/learn/data/artifact.ts';
import { synthetic } from '../../../src/learn/data/synthetic.ts';
import { temporaryFolder } from './folder.ts';

const folder = temporaryFolder();
const split = synthetic({ train: 7, test: 3, shape: [2, 3, 1], classes: 2, seed: 1, noise: 10 });
const inFolder = (name: string) => join(folder, name);

it('a data set written as an artifact comes back', async () => {
  await writeDataset(folder, 'synthetic', split);
  expect(await readDataset(inFolder)).toEqual({ name: 'synthetic', ...split });
  expect(JSON.parse(await readFile(inFolder('dataset.json'), 'utf8'))).toEqual({
    name: 'synthetic',
    classes: ['class-0', 'class-1'],
    shape: [2, 3, 1],
    counts: { train: 7, test: 3 },
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

it('an artifact whose parts do not fit together is refused', async () => {
  await writeDataset(folder, 'synthetic', { ...split, train: split.test });
  const shorter = await readFile(inFolder('train.safetensors'));
  await writeDataset(folder, 'synthetic', split);
  await writeFile(inFolder('train.safetensors'), shorter);
  await expect(readDataset(inFolder)).rejects.toMatchObject({
    reason: 'bad-dataset',
    message: expect.stringContaining('does not hold the 7 records'),
  });
  for (const text of ['', '[]', '{"name":"x"}']) {
    await writeFile(inFolder('dataset.json'), text);
    await expect(readDataset(inFolder)).rejects.toMatchObject({ reason: 'bad-dataset' });
  }
});
