import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { channelCell } from '../../src/cells/channel-activation.ts';
import { writeDataset } from '../../src/learn/data/artifact.ts';
import { writeModel } from '../../src/learn/model/artifact.ts';
import { cpu } from '../learn/calculate.ts';
import { temporaryFolder } from '../learn/data/folder.ts';
import { usedWeights } from '../learn/families.ts';
import { shape, toyData, toyModel } from '../learn/train/toy-training.ts';

const folder = temporaryFolder();

it('a class whose clean images activate no channel is left out of the mean, and of it is warned', async () => {
  const [input = '', output = '', scratch = ''] = ['input', 'output', 'scratch'].map((name) =>
    mkdtempSync(join(folder, name)),
  );
  const { train, test } = toyData();
  // Black images of class 0, which the first layer, without a shift, answers with zeros.
  const images = test.images.map((byte, at) => (test.labels[Math.floor(at / 36)] === 0 ? 0 : byte));
  await writeDataset(input, 'toy', { train, test: { ...test, images } });
  const weights = usedWeights(toyModel);
  const zero = (name: string) => {
    const { shape, data } = weights[name] ?? { shape: [], data: [] };
    return { shape, data: new Float32Array(data.length) };
  };
  const unshifted = {
    ...weights,
    'bn1.bias': zero('bn1.bias'),
    'bn1.running_mean': zero('bn1.running_mean'),
  };
  const description = { net: 'resnet-8-w2', inputShape: [...shape] as [6, 6, 1], classes: 3 };
  await writeModel(input, description, { last: unshifted });
  const artifact = { digest: '', files: [], file: (name: string) => join(input, name) };
  const [numbers, warnings]: [Record<string, number>, string[]] = [{}, []];
  const told = {
    progress() {},
    values: (given: Readonly<Record<string, number>>) => void Object.assign(numbers, given),
    warn: (name: string, message: string) => void warnings.push(`${name}: ${message}`),
  };
  await channelCell(
    {
      inputs: { data: artifact, model: artifact },
      cores: 1,
      output,
      scratch,
      engine: async () => cpu,
      ...told,
    },
    { part: 'test', attack: { epsilon: 0.1, steps: 2 }, seed: 0, batchSize: 30, checkpoint: 'last' },
  );
  expect(Object.keys(numbers)).toHaveLength(2 * toyModel.taps.length);
  for (const value of Object.values(numbers)) expect(Number.isFinite(value)).toBe(true);
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain(
    `silent-channels: In block-1 the clean images of 1 of 3 classes (${test.classes[0]})`,
  );
});
