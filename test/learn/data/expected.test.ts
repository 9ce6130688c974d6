import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Preparation, prepareDataset } from '../../../src/cells/dataset.ts';
import { readPart } from '../../../src/learn/data/artifact.ts';
import { expectedData } from '../../../src/learn/data/expected.ts';
import { publishedSets } from '../../../src/learn/data/sources.ts';
import { project, temporaryFolder } from './folder.ts';

const folder = temporaryFolder();
const places = { project: '.', home: project, dataDir: undefined };

const defaults = {
  ...{ name: 'synthetic', train: 0, test: 0, 'per-class': 0, validation: 0, classes: [], seed: 1 },
  ...{ resize: 0, crop: 0, rgb: false, folder: '.', 'test-share': 0.2, store: 'decoded' as const },
};

const expected = (parameters: object) =>
  expectedData(
    { id: 'data', kind: 'dataset', parameters: { ...defaults, ...parameters }, needs: {} },
    places,
  );

describe('the sizes of a data set are known before it is read', () => {
  it.each([
    {},
    { name: 'digits' },
    { name: 'digits', train: 0.1, test: 100, validation: 0.25 },
    { name: 'digits', train: 300, validation: 37 },
    { name: 'digits', 'per-class': 12, rgb: true },
    { name: 'digits', resize: 12 },
    { train: 0.5, validation: 0.333, crop: 4 },
  ])('%o', async (parameters) => {
    const output = mkdtempSync(join(folder, 'part-'));
    const all = { ...defaults, ...parameters };
    const wanted: Preparation = { ...all, perClass: all['per-class'], testShare: all['test-share'] };
    const { train, validation, test } = await prepareDataset(wanted, places, {
      workspace: output,
      output,
      cores: 0,
    });
    const { shape, classes } = await readPart((name) => join(output, name), 'train');
    expect(expected(parameters)).toEqual({ shape, classes: classes.length, train, validation, test });
  });
});

it('published sets have as many images as their files', () => {
  for (const [name, { files }] of Object.entries(publishedSets)) {
    const images = files.filter((file) => !file.name.includes('labels'));
    const total = images.reduce((sum, { records }) => sum + records, 0);
    const { train, test } = expected({ name });
    expect([name, train + test]).toEqual([name, total]);
  }
});

it('what a kind of another project makes is not known', () => {
  expect(() => expectedData({ id: 'data', kind: 'own', parameters: {}, needs: {} }, places)).toThrow(
    'is not known yet',
  );
});
