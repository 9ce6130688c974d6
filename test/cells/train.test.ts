import { mkdtempSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { secondsPerEpoch } from '../../src/cells/measured-training.ts';
import { trainCell } from '../../src/cells/train.ts';
import { writeDataset } from '../../src/learn/data/artifact.ts';
import type { Dataset, Split } from '../../src/learn/data/dataset.ts';
import { readModel } from '../../src/learn/model/artifact.ts';
import { standard } from '../../src/learn/train/standard.ts';
import { cpu } from '../learn/calculate.ts';
import { temporaryFolder } from '../learn/data/folder.ts';
import { toyData } from '../learn/train/toy-training.ts';

const folder = temporaryFolder();

it('an epoch takes the mean of those after the first of an attempt, which compiles, where there are any', () => {
  expect(secondsPerEpoch([9, 1, 1, 7])).toBe(3);
  expect(secondsPerEpoch([9, 1])).toBe(1);
  expect(secondsPerEpoch([9])).toBe(9);
});

/** Trains a tiny net in a cell. */
async function trained(data: Split, normalise: 'none' | 'data') {
  const [input = '', output = '', trajectory = ''] = ['input', 'output', 'trajectory'].map((name) =>
    mkdtempSync(join(folder, name)),
  );
  const scratch = mkdtempSync(join(trajectory, 'own'));
  await writeDataset(input, 'toy', data);
  const loop = { seed: 1, epochs: 1, 'batch-size': 16, lr: 0.1, schedule: 'constant' as const, factor: 1 };
  const rest = {
    milestones: [],
    momentum: 0,
    'weight-decay': 0,
    decay: 'all' as const,
    crop: 0,
    flip: false,
  };
  const parameters = { net: 'resnet-8-w2', ...loop, ...rest, normalise };
  const inputs = {
    data: { digest: '', files: readdirSync(input), file: (name: string) => join(input, name) },
  };
  const numbers: Record<string, number> = {};
  const warnings: string[] = [];
  const records: object[] = [];
  const keep = (given: Readonly<Record<string, number>>) => void Object.assign(numbers, given);
  const warn = (name: string, message: string) => void warnings.push(`${name}: ${message}`);
  const told = {
    progress() {},
    record: (one: object) => void records.push(one),
    values: keep,
    measure: keep,
    warn,
  };
  await trainCell(
    { parameters, inputs, cores: 1, output, scratch, trajectory, engine: async () => cpu, ...told },
    standard(),
  );
  return { file: (name: string) => join(output, name), numbers, warnings, records };
}

it('a training tells a record of each epoch', async () => {
  const { records, numbers } = await trained(toyData(), 'none');
  expect(records).toEqual([
    {
      epoch: 1,
      loss: numbers['train-loss'],
      accuracy: numbers['train-accuracy'],
      'learning-rate': 0.1,
      'gradient-passes': 2,
      flops: numbers['epoch-flops'],
    },
  ]);
});

it('the best epoch is chosen by the validation part, where the data set has one', async () => {
  const { train, test } = toyData();
  expect((await trained({ train, test }, 'none')).numbers).not.toHaveProperty('best-epoch');
  const chosen = await trained({ train, validation: test, test }, 'none');
  expect(chosen.numbers).toMatchObject({ 'best-epoch': 1 });
  expect(chosen.numbers['validation-accuracy']).toBeGreaterThanOrEqual(0);
});

it('a trained model keeps the names of its classes, and its cell tells what an epoch takes', async () => {
  const classes = ['cat', 'dog', 'ship'];
  const { train, test } = toyData();
  const { file, numbers } = await trained(
    { train: { ...train, classes }, test: { ...test, classes } },
    'none',
  );
  expect((await readModel(file, 'last')).model.classNames).toEqual(classes);
  expect(numbers).toMatchObject({ epochs: 1, 'gradient-passes': 2 });
  expect(numbers['epoch-flops']).toBeGreaterThan(0);
  expect(numbers['seconds-per-epoch']).toBeGreaterThan(0);
});

describe('normalisation by the data', () => {
  /** Images of four channels, that of a place having the value of the last function. */
  function withChannels(value: (channel: number, image: number) => number): Split {
    const { train, test } = toyData();
    const widened = (part: Dataset): Dataset => {
      const pixels = 36;
      const images = Uint8Array.from({ length: part.labels.length * pixels * 4 }, (_, at) =>
        value(at % 4, Math.floor(at / 4 / pixels)),
      );
      return { ...part, images, shape: [6, 6, 4] };
    };
    return { train: widened(train), test: widened(test) };
  }

  it('does not scale channels that vary by less than one level of 8 bits, and says so', async () => {
    // Constant; of a deviation of half a level; of two levels; and of the same at the end of the range.
    const data = withChannels(
      (channel, image) => [77, 200 + (image % 2), 10 + 4 * (image % 2), 255][channel] ?? 0,
    );
    const { file, warnings } = await trained(data, 'data');
    const { description } = await readModel(file, 'last');
    expect(description.normalise?.std).toEqual([1, 1, expect.closeTo(2 / 255, 10), 1]);
    expect(description.normalise?.mean[0]).toBeCloseTo(77 / 255, 10);
    expect(warnings).toEqual([expect.stringMatching(/^flat-channels: Channels .* below 1\/255: 0, 1, 3\./)]);
  });

  it('scales all channels of images that vary, without a word', async () => {
    const data = withChannels((channel, image) => 50 * channel + 10 * (image % 5));
    const { file, warnings } = await trained(data, 'data');
    const std = (await readModel(file, 'last')).description.normalise?.std;
    expect(std).toEqual(Array(4).fill(expect.closeTo((10 * Math.sqrt(2)) / 255, 10)));
    expect(warnings).toEqual([]);
  });
});
