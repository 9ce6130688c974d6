import { describe, expect, it } from 'vitest';
import type { Progress } from '../../../src/kind/kind.ts';
import { initialise } from '../../../src/learn/model/init.ts';
import { learningRate } from '../../../src/learn/optimise/schedule.ts';
import { fastAt } from '../../../src/learn/train/fast-at.ts';
import { freeAt } from '../../../src/learn/train/free-at.ts';
import { mart } from '../../../src/learn/train/mart.ts';
import type { MethodBuilder } from '../../../src/learn/train/method.ts';
import { mixup } from '../../../src/learn/train/mixup.ts';
import { pgdAt } from '../../../src/learn/train/pgd-at.ts';
import type { TrainingSnapshot } from '../../../src/learn/train/snapshot.ts';
import { standard } from '../../../src/learn/train/standard.ts';
import { trades } from '../../../src/learn/train/trades.ts';
import { train } from '../../../src/learn/train/train.ts';
import { fastAtDefaults, martDefaults, mixupDefaults, pgdAtDefaults, tradesDefaults } from '../defaults.ts';
import { memory, toyData, toyModel, toyTraining } from './toy-training.ts';

const augment = { pad: 1, flip: true };
const validation = toyData().test;
const methods = {
  standard: standard(),
  mixup: mixup(mixupDefaults),
  'pgd-at': pgdAt({ ...pgdAtDefaults, epsilon: 0.05, stepSize: 0.02, steps: 2 }),
  'pgd-at in train mode': pgdAt({ ...pgdAtDefaults, epsilon: 0.05, steps: 1, batchNorm: 'train' }),
  trades: trades({ ...tradesDefaults, epsilon: 0.05, stepSize: 0.02, steps: 2 }),
  mart: mart({ ...martDefaults, epsilon: 0.05, stepSize: 0.02, steps: 2 }),
  'fast-at': fastAt({ ...fastAtDefaults, epsilon: 0.05 }),
  'free-at': freeAt({ epsilon: 0.05, replays: 2 }),
};

function withoutSeconds({ within, ...snapshot }: TrainingSnapshot) {
  return { ...snapshot, ...(within && { within: { ...within, seconds: 0 } }) };
}

describe.each(Object.entries(methods))('training by %s', (_, method) => {
  it('resumed after any epoch ends in the bits of the run that was not interrupted', async () => {
    const options = toyTraining(method, { augment, validation });
    const whole = memory();
    const expected = await train({ ...options, snapshots: whole });
    expect(whole.saved.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    expect(expected.best).toBeDefined();
    for (const snapshot of whole.saved) {
      const rest = memory(snapshot);
      expect(await train({ ...options, snapshots: rest })).toEqual(expected);
      expect(rest.saved).toEqual(whole.saved.slice(snapshot.epoch));
    }
  });

  it('resumed after any step, within an epoch or between two, ends in the bits of the run that was not interrupted', async () => {
    const options = toyTraining(method, { augment, validation, epochs: 2 });
    const expected = await train(options);
    const whole = memory();
    expect(await train({ ...options, snapshots: whole, snapshotSeconds: 0 })).toEqual(expected);
    const places = whole.saved.map(({ epoch, within }) => [epoch, within?.steps]);
    const steps = Array.from({ length: whole.saved.length / 2 - 1 }, (_, step) => step + 1);
    expect(places).toEqual(
      [0, 1].flatMap((epoch) => [...steps.map((step) => [epoch, step]), [epoch + 1, undefined]]),
    );
    for (const [at, snapshot] of whole.saved.entries()) {
      const rest = memory(snapshot);
      expect(await train({ ...options, snapshots: rest, snapshotSeconds: 0 })).toEqual(expected);
      const later = whole.saved.slice(at + 1);
      expect(rest.saved.map(withoutSeconds)).toEqual(later.map(withoutSeconds));
    }
  });

  it('lowers its loss', async () => {
    const { history } = await train(toyTraining(method, { dataset: toyData(96).train, epochs: 6 }));
    expect(history.at(-1)?.loss).toBeLessThan((history[0]?.loss ?? 0) * 0.8);
  });
});

describe('training', () => {
  it('learns', async () => {
    const { history } = await train(
      toyTraining(standard(), { dataset: toyData(96).train, epochs: 8, validation }),
    );
    expect(history.at(-1)?.validation).toBeGreaterThan(0.9);
    expect(history.at(-1)?.loss).toBeLessThan((history[0]?.loss ?? 0) / 2);
  });

  it('takes each record at most once an epoch, in another order each epoch, augmented anew each time', async () => {
    // Each record's image is its own shade of grey, so that shades tell records; the crop shows as a black border.
    const dataset = {
      ...toyData().train,
      images: Uint8Array.from({ length: 40 * 36 }, (_, i) => 100 + Math.floor(i / 36)),
    };
    const batches: { shades: number[]; borders: string[] }[] = [];
    const spy: MethodBuilder = (context) => ({
      ...standard()(context),
      prepare(batch) {
        const images = Array.from({ length: 16 }, (_, row) =>
          batch.images.data.slice(row * 36, (row + 1) * 36),
        );
        batches.push({
          shades: images.map((image) => Math.round(Math.max(...image) * 255) - 100),
          borders: images.map((image) => Array.from(image, (pixel) => Number(pixel > 0)).join('')),
        });
        return batch;
      },
    });
    await train(toyTraining(spy, { dataset, augment: { pad: 2, flip: false }, epochs: 2 }));
    expect(batches).toHaveLength(4);
    const epochs = [batches.slice(0, 2), batches.slice(2)].map((parts) =>
      parts.flatMap(({ shades }) => shades),
    );
    for (const shades of epochs) expect(new Set(shades).size).toBe(32);
    expect(epochs[1]).not.toEqual(epochs[0]);
    const crops = batches.map(({ borders }) => borders.join());
    expect(new Set(crops).size).toBe(4);
  });

  it('gives the same bits for a seed, other ones for another', async () => {
    const [one, same, other] = [
      await train(toyTraining(standard())),
      await train(toyTraining(standard())),
      await train(toyTraining(standard(), { seed: 2 })),
    ];
    expect(same).toEqual(one);
    expect(other.last['conv1.weight']).not.toEqual(one.last['conv1.weight']);
  });

  it('takes full batches alone, and one smaller batch where there are too few records for one', async () => {
    // 40 records in batches of 16: two a epoch, so the 8 left over change nothing but the shuffle.
    const seen: Progress[] = [];
    const { history } = await train(
      toyTraining(standard(), { epochs: 1, onProgress: (one) => seen.push(one) }),
    );
    const last = learningRate({ kind: 'one-cycle', rate: 0.1 }, { step: 1, stepsPerEpoch: 2, epochs: 1 });
    expect(history[0]?.learningRate).toBe(last);
    expect((history[0]?.accuracy ?? 0) * 32).toBeCloseTo(Math.round((history[0]?.accuracy ?? 0) * 32), 9);
    expect(seen.map(({ done, total, unit }) => [done, total, unit])).toEqual([
      [0.5, 1, 'epoch'],
      [1, 1, 'epoch'],
    ]);
    const few = await train(toyTraining(standard(), { epochs: 1, batchSize: 1000 }));
    expect((few.history[0]?.accuracy ?? 0) * 40).toBeCloseTo(
      Math.round((few.history[0]?.accuracy ?? 0) * 40),
      9,
    );
  });

  it('keeps the weights of the epoch of the best validation accuracy, the first of equals', async () => {
    const { saved, ...snapshots } = memory();
    const { history, best } = await train(toyTraining(standard(), { epochs: 5, validation, snapshots }));
    const accuracies = history.map((record) => record.validation ?? Number.NaN);
    const first = accuracies.indexOf(Math.max(...accuracies));
    expect(best).toMatchObject({ epoch: first + 1, accuracy: accuracies[first] });
    const tensors = saved[first]?.tensors ?? {};
    for (const [name, tensor] of Object.entries(best?.weights ?? {})) {
      expect(tensor).toEqual(tensors[`model/${name}`] ?? tensors[`state/${name}`]);
    }
    expect(Object.keys(best?.weights ?? {})).toHaveLength(toyModel.parameters.length + toyModel.state.length);
  });

  it('saves every few epochs if asked, the last one always, and ends the same', async () => {
    const snapshots = memory();
    const sparse = await train(toyTraining(standard(), { epochs: 5, snapshots, snapshotEvery: 3 }));
    expect(snapshots.saved.map(({ epoch }) => epoch)).toEqual([3, 5]);
    expect(sparse).toEqual(await train(toyTraining(standard(), { epochs: 5 })));
  });

  it('starts from given weights, and leaves them as they are', async () => {
    const initial = initialise([...toyModel.parameters, ...toyModel.state], 9);
    const copy = structuredClone(initial);
    const still = toyTraining(standard(), { initial, schedule: { kind: 'constant', rate: 0 }, epochs: 1 });
    const { last } = await train(still);
    expect(initial).toEqual(copy);
    for (const { name } of toyModel.parameters) expect(last[name]).toEqual(initial[name]);
    expect(last['bn1.running_mean']).not.toEqual(initial['bn1.running_mean']);
    const { 'bn1.bias': _, ...incomplete } = initial;
    await expect(train({ ...still, initial: incomplete })).rejects.toMatchObject({
      reason: 'shape-mismatch',
    });
  });

  it('fails, with epoch and step, where the loss is no longer finite', async () => {
    const wild = toyTraining(standard(), { schedule: { kind: 'constant', rate: 1e30 } });
    await expect(train(wild)).rejects.toMatchObject({
      reason: 'diverged',
      details: { epoch: 1, step: 2 },
      message: expect.stringContaining('epoch 1, step 2'),
    });
  });

  it('does not end well where the very last update made weights that are not finite', async () => {
    // One step: its loss is taken before its update.
    const { train: dataset } = toyData(16);
    const wild = toyTraining(standard(), { dataset, epochs: 1, schedule: { kind: 'constant', rate: 1e39 } });
    await expect(train(wild)).rejects.toMatchObject({
      reason: 'diverged',
      details: { epoch: 1, step: 1 },
      message: expect.stringMatching(/^model\/.+ became NaN or infinite in epoch 1, step 1/),
    });
  });

  it('does not end well where the loss on the validation part is not finite', async () => {
    // Running statistics have no part in the loss of a training step.
    const initial = initialise([...toyModel.parameters, ...toyModel.state], 9);
    initial['bn1.running_mean']?.data.fill(-3e38);
    await expect(train(toyTraining(standard(), { initial, validation }))).rejects.toMatchObject({
      reason: 'diverged',
      message: expect.stringMatching(/^The loss on the validation part became NaN in epoch 1/),
    });
  });

  it('refuses data that the model does not take', async () => {
    const { train: dataset } = toyData();
    const two = { ...dataset, classes: ['a', 'b'] };
    await expect(train(toyTraining(standard(), { dataset: two }))).rejects.toMatchObject({
      reason: 'shape-mismatch',
    });
    await expect(train(toyTraining(standard(), { validation: two }))).rejects.toMatchObject({
      reason: 'shape-mismatch',
    });
  });
});
