import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Preparation, prepareDataset } from '../../../src/learn/data/prepare.ts';

const whole: Preparation = { name: 'synthetic', train: 0, test: 0, perClass: 0, seed: 1 };

async function prepared(wanted: Partial<Preparation>) {
  const output = mkdtempSync(join(tmpdir(), 'retable-prepare-'));
  return prepareDataset(
    { ...whole, ...wanted },
    { project: '.', home: '.', dataDir: undefined },
    { workspace: output, output },
  );
}

describe('the size of a part', () => {
  it('is all for 0, a fraction below 1, and a count above', async () => {
    expect(await prepared({})).toEqual({ train: 256, test: 128, classes: 4 });
    expect(await prepared({ train: 0.25, test: 40 })).toEqual({ train: 64, test: 40, classes: 4 });
  });

  it('is not 1, which an axis of fractions would mean as all of it', async () => {
    await expect(prepared({ train: 1.0 })).rejects.toMatchObject({ reason: 'bad-subset' });
    await expect(prepared({ test: 1 })).rejects.toMatchObject({ reason: 'bad-subset' });
  });

  it('can be so many training images of each class', async () => {
    expect(await prepared({ perClass: 3, test: 0.5 })).toEqual({ train: 12, test: 64, classes: 4 });
    await expect(prepared({ perClass: 100 })).rejects.toMatchObject({ reason: 'bad-subset' });
  });

  it('is given for training images in one way only', async () => {
    await expect(prepared({ train: 8, perClass: 2 })).rejects.toMatchObject({ reason: 'bad-subset' });
  });
});
