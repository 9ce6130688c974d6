import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import type { TensorFunction } from '../../../src/engine/engine.ts';
import { softmaxCrossEntropy } from '../../../src/engine/ops/softmax.ts';
import { withGradients } from '../../../src/learn/loss/gradients.ts';
import { batchNorm, conv, convNorm, dense, globalMean } from '../../../src/learn/model/layers.ts';
import type { Mode, Model } from '../../../src/learn/model/model.ts';
import { rank2, rank4 } from '../../../src/learn/model/rank.ts';
import { stream } from '../../../src/learn/random/stream.ts';
import { onnx, relativeDifference } from '../../engine/agree.ts';
import { cpu, float32 } from '../calculate.ts';
import { families, usedWeights } from '../families.ts';
import { oneHot } from '../toys.ts';

const settings = { inputShape: [8, 8, 3], classes: 4 } as const;
const smooth = smoothNet();
/** Images with labels, and what their input gradient should be. */
function batchOf(count: number) {
  const shape = [count, ...settings.inputShape];
  const size = count * 8 * 8 * 3;
  return {
    images: float32(shape, stream(1, 'test/images').uniform(size, 0, 1)),
    labels: oneHot(
      Array.from({ length: count }, (_, index) => index % 4),
      4,
    ),
    target: float32(shape, stream(1, 'test/target').uniform(size, -0.01, 0.01)),
  };
}

/**
 * The squared distance of a model's input gradient from a target, as methods have it that match input gradients (IGAM,
 * Chan et al. 2020), and its gradient with respect to each parameter.
 */
function matching(model: Model, mode: Mode): TensorFunction {
  return ({ images, labels, target, ...weights }) => {
    if (!images || !labels || !target) throw new Error('No inputs');
    const inputGradient = () =>
      withGradients(
        () => {
          const { logits } = model.forward(weights, rank4(images), mode);
          return { value: tf.sum(softmaxCrossEntropy(logits, rank2(labels))), results: {} };
        },
        { images },
      ).gradients.images;
    const parameters = model.parameters.map(({ name }) => [name, weights[name] ?? images]);
    const { value, gradients } = withGradients(
      () => ({ value: tf.sum(tf.square(tf.sub(inputGradient(), target))), results: {} }),
      Object.fromEntries(parameters),
    );
    return { ...gradients, value };
  };
}

describe.each([
  ['cpu', cpu],
  ['onnx', onnx],
])('on the engine %s, the gradient of a loss on the input gradient', (_, engine) => {
  // Of a net with ReLUs the input gradient jumps as weights move, so that differences tell nothing.
  it.each(['train', 'eval'] as const)(
    'is that of finite differences for a smooth net in %s mode',
    async (mode) => {
      const [weights, batch] = [usedWeights(smooth), batchOf(4)];
      const compiled = engine.compile('test', matching(smooth, mode));
      const found = await compiled.run({ ...weights, ...batch });
      for (const { name, shape } of smooth.parameters) {
        const [data, slopes] = [weights[name]?.data ?? [], [...(found[name]?.data ?? [])]];
        const length = Math.hypot(...slopes);
        const valueAt = async (direction: readonly number[], distance: number) => {
          const moved = Array.from(data, (value, index) => value + distance * (direction[index] ?? 0));
          const { value } = await compiled.run({ ...weights, [name]: float32(shape, moved), ...batch });
          return value?.data[0] ?? Number.NaN;
        };
        // Along the gradient, where its length is all of the slope, and elsewhere, where what is missing may lie.
        const directions = [slopes, [...stream(2, name).normals(data.length)]];
        for (const direction of directions.map(unit)) {
          const h = 0.02;
          const [near, far] = [
            (await valueAt(direction, h)) - (await valueAt(direction, -h)),
            (await valueAt(direction, 2 * h)) - (await valueAt(direction, -2 * h)),
          ];
          const measured = (8 * near - far) / (12 * h);
          const slope = direction.reduce((sum, part, index) => sum + part * (slopes[index] ?? Number.NaN), 0);
          expect(Math.abs(measured - slope) / length, name).toBeLessThan(1e-2);
        }
      }
    },
  );
});

describe.each(Object.entries(families(settings)))('%s, compiled', (_, model) => {
  it('has the gradients of a loss on its input gradient that the reference has, to 1e-4 of the largest element', async () => {
    const inputs = { ...usedWeights(model), ...batchOf(8) };
    const step = matching(model, 'train');
    const [expected, actual] = [
      await cpu.compile('test', step).run(inputs),
      await onnx.compile('test', step).run(inputs),
    ];
    expect(Object.keys(expected)).toHaveLength(model.parameters.length + 1);
    for (const [name, tensor] of Object.entries(expected)) {
      expect(relativeDifference(actual[name], tensor), name).toBeLessThanOrEqual(1e-4);
    }
  });
});

/** Every kind of layer that the models have, a stride and a shortcut, but with softplus for ReLU. */
function smoothNet(): Model {
  const stem = convNorm({ conv: 'conv1', norm: 'bn1', from: 3, to: 4, kernel: 3, stride: 1 });
  const block = convNorm({ conv: 'conv2', norm: 'bn2', from: 4, to: 6, kernel: 3, stride: 2 });
  const shortcut = conv({ name: 'shortcut', from: 4, to: 6, kernel: 1, stride: 2 });
  const norm = batchNorm('bn3', 6);
  const linear = dense('fc', 6, settings.classes);
  const layers = [stem, block, shortcut, norm, linear];
  return {
    name: 'smooth',
    ...settings,
    parameters: layers.flatMap((layer) => layer.parameters),
    state: layers.flatMap((layer) => layer.state),
    taps: [],
    forward(tensors, images, mode) {
      const pass = { tensors, mode, state: {} };
      const x = tf.softplus(stem.apply(images, pass));
      const sum = tf.add(tf.softplus(block.apply(x, pass)), shortcut.apply(x, pass));
      const last = tf.softplus(norm.apply(rank4(sum), pass));
      return { logits: linear.apply(globalMean(rank4(last)), pass), taps: [], state: pass.state };
    },
  };
}

function unit(direction: readonly number[]): number[] {
  const length = Math.hypot(...direction);
  return direction.map((part) => part / length);
}
