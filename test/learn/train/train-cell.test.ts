import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeDataset } from '../../../src/learn/data/artifact.ts';
import { readModel } from '../../../src/learn/model/artifact.ts';
import { standard } from '../../../src/learn/train/standard.ts';
import { trainCell } from '../../../src/learn/train/train-cell.ts';
import { cpu } from '../calculate.ts';
import { temporaryFolder } from '../data/folder.ts';
import { toyData } from './toy-training.ts';

const folder = temporaryFolder();

it('a trained model keeps the names of its classes', async () => {
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
  const silent = { progress() {}, values() {}, measure() {} };
  await trainCell(
    { parameters, inputs: { data }, output, scratch, engine: async () => cpu, ...silent },
    standard(),
  );
  expect((await readModel((name) => join(output, name), 'last')).model.classNames).toEqual(classes);
});
