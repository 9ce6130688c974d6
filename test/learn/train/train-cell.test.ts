import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeDataset } from '../../../src/learn/data/artifact.ts';
import { readModel } from '../../../src/learn/model/artifact.ts';
import { secondsPerEpoch } from '../../../src/learn/train/measured-training.ts';
import { standard } from '../../../src/learn/train/standard.ts';
import { trainCell } from '../../../src/learn/train/train-cell.ts';
import { cpu } from '../calculate.ts';
import { temporaryFolder } from '../data/folder.ts';
import { toyData } from './toy-training.ts';

const folder = temporaryFolder();

it('an epoch takes the mean of those after the first of an attempt, which compiles, where there are any', () => {
  expect(secondsPerEpoch([9, 1, 1, 7])).toBe(3);
  expect(secondsPerEpoch([9, 1])).toBe(1);
  expect(secondsPerEpoch([9])).toBe(9);
});

it('a trained model keeps the names of its classes, and its cell tells what an epoch takes', async () => {
  const classes = ['cat', 'dog', 'ship'];
  const [input = '', output = '', scratch = ''] = ['input', 'output', 'scratch'].map((name) =>
    mkdtempSync(join(folder, name)),
  );
  const { train, test } = toyData();
  await writeDataset(input, 'toy', { train: { ...train, classes }, test: { ...test, classes } });
  const loop = { seed: 1, epochs: 1, 'batch-size': 16, lr: 0.1, schedule: 'constant' as const, factor: 1 };
  const rest = {
    milestones: [],
    momentum: 0,
    'weight-decay': 0,
    decay: 'all' as const,
    crop: 0,
    flip: false,
  };
  const parameters = { net: 'resnet-8-w2', ...loop, ...rest, normalise: 'none' as const, validation: 0 };
  const data = { digest: '', files: [], file: (name: string) => join(input, name) };
  const numbers: Record<string, number> = {};
  const keep = (given: Readonly<Record<string, number>>) => void Object.assign(numbers, given);
  const told = { progress() {}, values: keep, measure: keep };
  await trainCell(
    { parameters, inputs: { data }, output, scratch, engine: async () => cpu, ...told },
    standard(),
  );
  expect((await readModel((name) => join(output, name), 'last')).model.classNames).toEqual(classes);
  expect(numbers).toMatchObject({ epochs: 1, 'gradient-passes': 2 });
  expect(numbers['epoch-flops']).toBeGreaterThan(0);
  expect(numbers['seconds-per-epoch']).toBeGreaterThan(0);
});
