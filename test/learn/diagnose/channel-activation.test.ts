import { describe, expect, it } from 'vitest';
import type { Engine } from '../../../src/engine/engine.ts';
import { type Dataset, select } from '../../../src/learn/data/dataset.ts';
import { channelActivation } from '../../../src/learn/diagnose/channel-activation.ts';
import {
  classChannels,
  frequencyChange,
  relativeChange,
} from '../../../src/learn/diagnose/class-channels.ts';
import type { Model } from '../../../src/learn/model/model.ts';
import { rank4 } from '../../../src/learn/model/rank.ts';
import { onnx, relativeDifference } from '../../engine/agree.ts';
import { cpu, float32, greatestDifference } from '../calculate.ts';
import { usedWeights } from '../families.ts';
import { binary } from '../toys.ts';
import { toyData, toyModel } from '../train/toy-training.ts';

/** The linear net f = 0.5 a - b + 0.25 c + 0.2 with its own input as a block of four channels. */
const seeing: Model = {
  ...binary.model,
  taps: [{ name: 'input', channels: 4 }],
  forward: (tensors, images, mode) => ({ ...binary.model.forward(tensors, images, mode), taps: [images] }),
};
const dataset: Dataset = {
  shape: [1, 1, 4],
  classes: ['0', '1'],
  images: Uint8Array.from([204, 51, 102, 178, 51, 153, 102, 102]),
  labels: Int32Array.from([0, 1]),
};

describe.each([
  ['cpu', cpu],
  ['onnx', onnx],
])('on the engine %s, channel activations', (_, engine: Engine) => {
  it('are those of the clean and of the attacked images', async () => {
    const found = await channelActivation({
      engine,
      model: seeing,
      weights: binary.weights,
      dataset,
      attack: { epsilon: 0.1, steps: 10 },
      seed: 0,
      batchSize: 2,
    });
    const clean = [0.8, 0.2, 0.4, 178 / 255, 0.2, 0.6, 0.4, 0.4];
    expect(greatestDifference(found['clean/block-1']?.data ?? [], clean)).toBeLessThan(1e-6);
    // Against the signs of the weights for class 0, with them for class 1; the last channel has no weight.
    const corner = [0.7, 0.3, 0.3, 0.3, 0.5, 0.5];
    const attacked = [...(found['adversarial/block-1']?.data ?? [])].filter((_, place) => place % 4 !== 3);
    expect(greatestDifference(attacked, corner)).toBeLessThan(1e-6);
  });
});

describe('channel activations of a residual network', () => {
  const settings = {
    model: toyModel,
    weights: usedWeights(toyModel),
    // 29 = 10 + 10 + 9: the last batch is smaller.
    dataset: select(
      toyData().test,
      Array.from({ length: 29 }, (_, index) => index),
    ),
    attack: { epsilon: 0.02, steps: 2 },
    seed: 1,
    batchSize: 30,
  };

  it('have a vector for each tap, the same twice, on two engines, whatever the batch size', async () => {
    const once = await channelActivation({ ...settings, engine: onnx });
    expect(await channelActivation({ ...settings, engine: onnx })).toEqual(once);
    expect(toyModel.taps.map(({ channels }) => [29, channels])).toEqual(
      toyModel.taps.map((_, index) => once[`clean/block-${index + 1}`]?.shape),
    );
    for (const other of [
      await channelActivation({ ...settings, engine: cpu }),
      await channelActivation({ ...settings, engine: onnx, batchSize: 11 }),
    ])
      for (const [index] of toyModel.taps.entries()) {
        const name = `clean/block-${index + 1}`;
        expect(relativeDifference(other[name], once[name] ?? float32([0], [])), name).toBeLessThan(1e-4);
      }
  });

  it('are means of |A| over height and width', async () => {
    const found = await channelActivation({ ...settings, engine: cpu });
    const compiled = cpu.compile('test', ({ images, ...tensors }) => {
      if (!images) throw new Error('No images');
      const tap = toyModel.forward(tensors, rank4(images), 'eval').taps.at(-1);
      if (!tap) throw new Error('No tap');
      return { tap };
    });
    const pixels = Float32Array.from(settings.dataset.images, (byte) => byte / 255);
    const { tap } = await compiled.run({ ...settings.weights, images: float32([29, 6, 6, 1], pixels) });
    const [images = 0, height = 0, width = 0, channels = 0] = tap?.shape ?? [];
    const means = new Float64Array(images * channels);
    tap?.data.forEach((value, place) => {
      const image = Math.floor(place / (height * width * channels));
      const target = image * channels + (place % channels);
      means[target] = (means[target] ?? 0) + Math.abs(value) / (height * width);
    });
    expect(greatestDifference(found[`clean/block-${toyModel.taps.length}`]?.data ?? [], means)).toBeLessThan(
      1e-5,
    );
  });
});

describe('the channels of a class', () => {
  const labels = { labels: Int32Array.from([0, 0, 2]), classes: ['a', 'b', 'c'] };
  const activation = float32([3, 2], [1, 0.005, 3, 0.09, 0, 0]);

  it('have the mean of their activations, and the share of images where they exceed 1 % of the greatest', () => {
    const { magnitude, frequency } = classChannels(activation, labels);
    expect(greatestDifference(magnitude, [2, 0.0475, 0, 0, 0, 0])).toBeLessThan(1e-8);
    expect([...frequency]).toEqual([1, 0.5, 0, 0, 0, 0]);
  });

  it('change by the distance of the vectors over the length of the first', () => {
    const before = Float64Array.from([9, 9, 3, 4]);
    const after = Float64Array.from([9, 9, 0, 0]);
    expect(relativeChange(before, after, 0, 2)).toBe(0);
    expect(relativeChange(before, after, 1, 2)).toBe(1);
    expect(relativeChange(before, Float64Array.from([9, 9, 6, 8]), 1, 2)).toBe(1);
    expect(frequencyChange(Float64Array.from([1, 0.5]), Float64Array.from([0.5, 0.75]), 0, 2)).toBe(0.375);
    expect(relativeChange(Float64Array.of(0), Float64Array.of(0), 0, 1)).toBe(0);
    expect(relativeChange(Float64Array.of(0), Float64Array.of(1), 0, 1)).toBeUndefined();
  });
});
