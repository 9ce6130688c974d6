import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import type { TensorFunction } from '../../../src/engine/engine.ts';
import { softmaxCrossEntropy } from '../../../src/engine/ops/softmax.ts';
import { withGradients } from '../../../src/learn/loss/gradients.ts';
import type { Mode, Model } from '../../../src/learn/model/model.ts';
import { rank2, rank4 } from '../../../src/learn/model/rank.ts';
import { stream } from '../../../src/learn/random/stream.ts';
import { onnx, relativeDifference } from '../../engine/agree.ts';
import { cpu, float32 } from '../calculate.ts';
import { onceDifferentiable, twiceDifferentiable, usedWeights } from '../families.ts';
import { expectSlopes } from '../finite-differences.ts';
import { smoothNet } from '../smooth-net.ts';
import { oneHot } from '../toys.ts';

const settings = { inputShape: [8, 8, 3], classes: 4 } as const;
const smooth = smoothNet(settings);
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
        const tensor = weights[name] ?? float32(shape, []);
        await expectSlopes(name, tensor, found[name]?.data ?? [], async (moved) => {
          const { value } = await compiled.run({ ...weights, [name]: moved, ...batch });
          return value?.data[0] ?? Number.NaN;
        });
      }
    },
  );
});

describe.each(Object.entries(twiceDifferentiable(settings)))('%s, compiled', (_, model) => {
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

describe.each(Object.entries(onceDifferentiable(settings)))('%s', (_, model) => {
  it.each([
    ['cpu', cpu],
    ['onnx', onnx],
  ])('has no such gradients on the engine %s, which is a failure and no wrong number', async (_, engine) => {
    const inputs = { ...usedWeights(model), ...batchOf(2) };
    const run = engine.compile('test', matching(model, 'eval')).run(inputs);
    await expect(run).rejects.toMatchObject({ reason: 'no-gradient' });
  });
});
