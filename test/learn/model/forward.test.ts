import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import type { Tensors } from '../../../src/engine/engine.ts';
import { crossEntropy } from '../../../src/learn/loss/cross-entropy.ts';
import { withGradients } from '../../../src/learn/loss/gradients.ts';
import { initialise } from '../../../src/learn/model/init.ts';
import type { Mode, Model } from '../../../src/learn/model/model.ts';
import { createModel } from '../../../src/learn/model/models.ts';
import { rank2, rank4 } from '../../../src/learn/model/rank.ts';
import { stream } from '../../../src/learn/random/stream.ts';
import { cpu, float32, greatestDifference } from '../calculate.ts';
import { oneHot } from '../toys.ts';
import { dataOf, forward as forwardOf } from '../waves.ts';

const model = createModel('resnet-8-w4', { inputShape: [8, 8, 2], classes: 3 });
const weights = initialise([...model.parameters, ...model.state], 5);
const images = float32([6, 8, 8, 2], stream(1, 'test/images').uniform(6 * 128, 0, 1));
const labels = oneHot([0, 1, 2, 0, 1, 2], 3);

const forward = (mode: Mode, given: Tensors = weights, of: Model = model) =>
  forwardOf(of, mode, given, images);

describe('a ResNet', () => {
  it('gives logits, and the activations of the stem and each stage after their ReLU', async () => {
    const outputs = await forward('eval');
    expect(outputs.logits?.shape).toEqual([6, 3]);
    const shapes = [0, 1, 2, 3].map((index) => outputs[`tap${index}`]?.shape);
    expect(shapes).toEqual([
      [6, 8, 8, 4],
      [6, 8, 8, 4],
      [6, 4, 4, 8],
      [6, 2, 2, 16],
    ]);
    expect(model.taps.map(({ channels }) => channels)).toEqual([4, 4, 8, 16]);
    for (const index of [0, 1, 2, 3]) expect(Math.min(...dataOf(outputs, `tap${index}`))).toBe(0);
  });

  it('gives what goes into those ReLUs if asked', async () => {
    const before = createModel('resnet-8-w4', { inputShape: [8, 8, 2], classes: 3, tapBeforeRelu: true });
    const [raw, after] = [await forward('eval', weights, before), await forward('eval')];
    expect(dataOf(raw, 'logits')).toEqual(dataOf(after, 'logits'));
    for (const index of [0, 1, 2, 3]) {
      const rectified = dataOf(raw, `tap${index}`).map((value: number) => Math.max(value, 0));
      expect(greatestDifference(rectified, dataOf(after, `tap${index}`))).toBe(0);
      expect(Math.min(...dataOf(raw, `tap${index}`))).toBeLessThan(0);
    }
  });

  it('changes no state in eval mode, and treats each example alone', async () => {
    const outputs = await forward('eval');
    expect(Object.keys(outputs).filter((name) => name.includes('running'))).toEqual([]);
    const one = cpu.compile('test', ({ images, ...tensors }) => {
      if (!images) throw new Error('No images');
      return { logits: model.forward(tensors, rank4(tf.slice(images, [4], [1])), 'eval').logits };
    });
    const { logits } = await one.run({ ...weights, images });
    expect(logits?.data).toEqual(dataOf(outputs, 'logits').slice(12, 15));
  });

  it("moves running statistics by a tenth to the batch's, the variance unbiased, as PyTorch", async () => {
    const outputs = await forward('train');
    const names = model.state.map(({ name }) => name);
    expect(
      Object.keys(outputs)
        .filter((name) => name.includes('running'))
        .sort(),
    ).toEqual(names.sort());
    // The stem, by plain arithmetic: means and variances of its convolution over 6 · 64 places.
    const compiled = cpu.compile('test', ({ images, filter }) => {
      if (!images || !filter) throw new Error('No inputs');
      const { mean, variance } = tf.moments(tf.conv2d(rank4(images), rank4(filter), 1, 'same'), [0, 1, 2]);
      return { mean: tf.mul(mean, 0.1), variance: tf.add(0.9, tf.mul(variance, (0.1 * 384) / 383)) };
    });
    const expected = await compiled.run({ images, filter: weights['conv1.weight'] ?? images });
    expect(greatestDifference(dataOf(outputs, 'bn1.running_mean'), dataOf(expected, 'mean'))).toBeLessThan(
      1e-6,
    );
    expect(greatestDifference(dataOf(outputs, 'bn1.running_var'), dataOf(expected, 'variance'))).toBeLessThan(
      1e-6,
    );
  });

  it('gives in eval mode, with the statistics of a batch, what it gives for that batch in train mode', async () => {
    const trained = await forward('train');
    const places: Record<string, number> = { bn1: 384, layer1: 384, layer2: 96, layer3: 24 };
    const ofBatch = model.state.map(({ name, shape }) => {
      const [start, count = 0] = [name.endsWith('var') ? 0.9 : 0, places[name.split('.')[0] ?? '']];
      const bias = name.endsWith('var') ? (count - 1) / count : 1;
      const values = Array.from(dataOf(trained, name), (value) => ((value - start) / 0.1) * bias);
      return [name, float32(shape, values)];
    });
    const evaluated = await forward('eval', { ...weights, ...Object.fromEntries(ofBatch) });
    expect(greatestDifference(dataOf(evaluated, 'logits'), dataOf(trained, 'logits'))).toBeLessThan(1e-3);
  });

  it('normalises the images itself', async () => {
    const normalise = { mean: [0.5, 0.25], std: [0.5, 2] };
    const normalising = createModel('resnet-8-w4', { inputShape: [8, 8, 2], classes: 3, normalise });
    const outputs = await forward('eval', weights, normalising);
    const compiled = cpu.compile('test', ({ images, ...tensors }) => {
      if (!images) throw new Error('No images');
      const by = tf.div(tf.sub(images, tf.tensor1d([0.5, 0.25])), tf.tensor1d([0.5, 2]));
      return { logits: model.forward(tensors, rank4(by), 'eval').logits };
    });
    const { logits } = await compiled.run({ ...weights, images });
    expect(greatestDifference(dataOf(outputs, 'logits'), logits?.data ?? [])).toBeLessThan(1e-5);
    expect(() => createModel('resnet-18', { inputShape: [8, 8, 3], classes: 3, normalise })).toThrow(
      'Images of 3 channels need 3 means',
    );
  });

  it('has, in train mode, gradients that agree with finite differences along random directions', async () => {
    const names = model.parameters.map(({ name }) => name);
    const compiled = cpu.compile('test', ({ images, labels, ...tensors }) => {
      if (!images || !labels) throw new Error('No inputs');
      const at = Object.fromEntries(names.map((name) => [name, tensors[name] ?? images]));
      const { gradients } = withGradients(() => {
        const { logits } = model.forward(tensors, rank4(images), 'train');
        return { value: crossEntropy(logits, rank2(labels)), results: {} };
      }, at);
      return gradients;
    });
    const value = cpu.compile('test', ({ images, labels, ...tensors }) => {
      if (!images || !labels) throw new Error('No inputs');
      return { value: crossEntropy(model.forward(tensors, rank4(images), 'train').logits, rank2(labels)) };
    });
    const loss = async (given: Tensors) =>
      dataOf(await value.run({ ...given, images, labels }), 'value')[0] ?? 0;
    const gradients = await compiled.run({ ...weights, images, labels });
    for (const name of ['conv1.weight', 'bn1.weight', 'layer2.0.shortcut.0.weight', 'layer3.0.bn2.bias']) {
      const { shape = [], data = [] } = weights[name] ?? {};
      const errors: number[] = [];
      for (const trial of [0, 1, 2, 3, 4]) {
        const direction = stream(2, name, trial).normals(data.length);
        const moved = (by: number) => {
          const values = direction.map((d, i) => (data[i] ?? 0) + by * d);
          return loss({ ...weights, [name]: float32(shape, values) });
        };
        const h = 5e-5; // small, for the many kinks of ReLUs
        const difference = ((await moved(h)) - (await moved(-h))) / (2 * h);
        const slope = direction.reduce((sum, d, i) => sum + d * (dataOf(gradients, name)[i] ?? 0), 0);
        errors.push(Math.abs(difference - slope) / Math.abs(slope));
      }
      expect(errors.sort((a, b) => a - b)[2]).toBeLessThan(0.04);
    }
  });
});
